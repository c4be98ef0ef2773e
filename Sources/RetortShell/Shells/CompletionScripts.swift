/// The scripts that shells load to complete command lines of retort.
enum CompletionScripts {
  static let all = ["bash": bash, "zsh": zsh, "fish": fish]

  /// The script for bash 4.4 and newer.
  ///
  /// Bash splits a word at `=` and `:`, and completes only the last piece. The script therefore removes the earlier
  /// pieces from each candidate.
  static let bash = #"""
    # The completion of retort for bash; `source` it, or write it to
    # ~/.local/share/bash-completion/completions/retort
    _retort() {
      local line=${COMP_LINE:0:COMP_POINT} current piece prefix entry suffix
      local -a words found
      read -ra words <<<"$line"
      [[ $line == *[[:space:]] ]] && words+=("")
      current=${words[-1]}
      piece=$current
      [[ $current == *[=:]* ]] && piece=${current##*[=:]}
      prefix=${current%"$piece"}
      COMPREPLY=()
      while IFS= read -r entry; do
        if [[ $entry == :files* ]]; then
          suffix=${entry#:files}
          suffix=${suffix# }
          compopt -o filenames 2>/dev/null
          mapfile -t found < <(
            if [[ -n $suffix ]]; then
              compgen -f -X "!*$suffix" -- "$piece"
              compgen -d -- "$piece"
            else
              compgen -f -- "$piece"
            fi
          )
          COMPREPLY+=("${found[@]}")
        else
          entry=${entry%%$'\t'*}
          COMPREPLY+=("${entry#"$prefix"}")
        fi
      done < <("${words[0]}" completions words "${words[@]:1}" 2>/dev/null)
      [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=:/] ]] && compopt -o nospace 2>/dev/null
      return 0
    }
    complete -F _retort retort

    """#

  static let zsh = #"""
    #compdef retort
    # The completion of retort for zsh; write it to a file _retort in a directory of fpath,
    # or `source` it after compinit.
    _retort() {
      local entry text note suffix
      local -a found open
      for entry in "${(@f)$("${words[1]}" completions words "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
        if [[ $entry == :files* ]]; then
          suffix=${${entry#:files}# }
          if [[ -n $suffix ]]; then _files -g "*$suffix"; else _files; fi
        elif [[ -n $entry ]]; then
          text=${entry%%$'\t'*}
          note=
          [[ $entry == *$'\t'* ]] && note=${entry#*$'\t'}
          if [[ $text == *[=:/] ]]; then
            open+=("${text//:/\\:}:$note")
          else
            found+=("${text//:/\\:}:$note")
          fi
        fi
      done
      (( $#found )) && _describe -t words 'retort' found
      (( $#open )) && _describe -t words 'retort' open -S ''
      return 0
    }
    if [[ $funcstack[1] == _retort ]]; then _retort "$@"; else compdef _retort retort; fi

    """#

  static let fish = #"""
    # The completion of retort for fish; write it to ~/.config/fish/completions/retort.fish
    function __retort_words
        set -l words (commandline -opc)
        set -l current (commandline -ct)
        for entry in ($words[1] completions words $words[2..-1] "$current" 2>/dev/null)
            switch $entry
                case ':files'
                    __fish_complete_path "$current"
                case ':files *'
                    __fish_complete_suffix (string replace ':files ' '' -- $entry)
                case '*'
                    echo $entry
            end
        end
    end
    complete -c retort -f -a '(__retort_words)'

    """#
}
