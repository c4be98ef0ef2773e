extension HelpTopic {
  /// The page about pools of workers.
  static let pools = HelpTopic(
    name: "pools", aliases: ["pool", "RETORT_POOL_KEY", "RETORT_POOL_META", "systemd"],
    text: """
      A pool is a group of worker programs. The workers can run on any machine that reaches the broker. A statement \
      with the option workers: "NAME" gives its changes to the workers of the pool NAME. These lines create a secret, \
      start a worker of the pool night, and show the workers of the pool:

        export RETORT_POOL_KEY="$(openssl rand -hex 32)"   # the same everywhere
        retort work amqp://guest:guest@localhost/ --pool night --allow posts
        retort work --status amqp://guest:guest@localhost/ --pool night

      A worker gets its changes in chunks of at most 200 changes. It replies after the last change of a chunk. If the \
      service does not reply to a change, the worker waits until the timeout of this change expires. With a shorter \
      timeout, the worker waits less. After the command line retort ctl pause, the workers complete the chunks that \
      they have. After SIGTERM, a worker completes its current chunk, and then ends. A \
      second SIGTERM gives the chunk to another worker, which looks up its changes.

      Chunks and replies are signed with the secret. A worker refuses a chunk with a wrong signature. With the option \
      --allow posts, a worker also refuses chunks for other queues. Any worker of the pool can get a chunk, so all \
      workers of a pool need the same options --allow. A worker logs and counts the chunks that it refuses. A \
      worker whose secret differs from that of another worker of the pool ends with an error when it starts.

      The option meta: can have secret members, such as a token, also inside records and lists. The chunks do not \
      contain the values of these members. Workers take the values from the same places in the environment variable \
      RETORT_POOL_META, for example '{"token": "..."}'.

      If a worker is lost, another worker gets its chunk. The lost worker may still be running and sending changes. So \
      the new worker first waits for 12.5 s plus the timeout of the changes. With the option settle: 60s, this wait is \
      60 s longer. Then the new worker looks up the changes. If a lookup does not find a change, the worker sends the \
      change again, but only if a repetition is harmless.

      If the pool has no worker when a statement starts, the statement ends immediately. Later, it ends if the pool \
      has no worker for 50 s plus the timeout of the changes. It also ends if the broker can't be reached for this \
      time. In the last two cases, the statement first removes its chunks, so no worker carries them out later. It \
      also removes chunks of other statements that no worker received, and tells these statements that the changes \
      were not sent.

      If the reply to a chunk is lost, a worker may still be sending the changes of this chunk. The statement then \
      waits until the chunk has expired, at most 60 s plus the timeout. After this wait, the statement looks up the \
      changes, and reports their outcomes. A second Ctrl-C ends the wait. In this case, check the changes yourself, \
      but not before the chunk has expired.

      If the program that runs the statement is killed, the workers complete its chunks. A chunk that no worker takes \
      expires after 50 s. A later run with the same journal waits for 60 s, and looks up the changes.

      A chunk contains the time at which it expires, so the clocks of the machines must agree within two seconds. If \
      the clock of a worker is more than two seconds behind, the worker refuses new chunks.

      The next lines are a systemd unit, which starts a worker:

        [Unit]
        Description=retort worker of the pool night
        After=network-online.target

        [Service]
        EnvironmentFile=/etc/retort/night.env
        ExecStart=/usr/local/bin/retort work --pool night --allow posts
        Restart=always
        RestartSec=5
        TimeoutStopSec=90
        DynamicUser=yes
        NoNewPrivileges=yes

        [Install]
        WantedBy=multi-user.target

      The file /etc/retort/night.env sets RETORT_URL, RETORT_POOL_KEY and RETORT_POOL_META. Only root should be able \
      to read this file.
      """)
}
