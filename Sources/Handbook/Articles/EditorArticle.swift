extension Article {
  static let editor = Article(
    name: "editor", aliases: ["editors", "shells"], title: "Editors, shells and the manual",
    summary: "The language server for editors, the completion of shells, and the pages of the manual.",
    body: #"""
      `retort lsp` is a language server for `.retort` files. While you type, the editor shows the findings of `retort check` and
      completes words. It can also show help for the word at the cursor, format the file, and go to the definition of a name. The
      outline of a file shows the statements that change data. The server opens no connection. Completion uses the fields that earlier
      sessions learned.

      ## Neovim

      Neovim 0.11, in `init.lua`:

      ```lua
      vim.filetype.add({ extension = { retort = "retort" } })
      vim.lsp.config("retort", { cmd = { "retort", "lsp" }, filetypes = { "retort" } })
      vim.lsp.enable("retort")
      ```

      ## Helix

      In `~/.config/helix/languages.toml`:

      ```toml
      [language-server.retort]
      command = "retort"
      args = ["lsp"]

      [[language]]
      name = "retort"
      scope = "source.retort"
      file-types = ["retort"]
      comment-token = "#"
      language-servers = ["retort"]
      ```

      ## VS Code

      VS Code needs an extension that starts the server, such as Generic LSP Client (v2) (`zsol.vscode-glspc`). In `settings.json`:

      ```json
      "files.associations": { "*.retort": "plaintext" },
      "glspc.server.command": "retort",
      "glspc.server.commandArguments": ["lsp"],
      "glspc.server.languageId": ["plaintext"]
      ```

      ## Shells and the manual

      The Debian package installs the completions for bash, zsh and fish, and the pages of the manual. `man retort` describes the
      program. Each article has a page too, such as `man retort-bulk`. Without the package, write the files yourself:

      ```sh
      mkdir -p ~/.local/share/bash-completion/completions ~/.config/fish/completions ~/.zsh
      mkdir -p ~/.local/share/man/man1 ~/.local/share/man/man7
      retort completions bash > ~/.local/share/bash-completion/completions/retort
      retort completions fish > ~/.config/fish/completions/retort.fish
      retort completions zsh > ~/.zsh/_retort     # in ~/.zshrc, before compinit: fpath=(~/.zsh $fpath)
      retort man > ~/.local/share/man/man1/retort.1; retort man bulk > ~/.local/share/man/man7/retort-bulk.7
      ```
      """#)
}
