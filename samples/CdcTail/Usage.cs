namespace CdcTail;

/// <summary>What <c>--help</c> prints.</summary>
internal static class Usage
{
    public const string Text = """
        CdcTail: the committed changes of a MySQL server or a MongoDB deployment, or of binlog files, as they happen.

        usage: CdcTail [source] [options]

        source (without one: the two recordings that come with the program)
          --mysql "CONNECTION STRING"   a server: "Server=db1;User ID=cdc;Password=...;SslMode=VerifyFull"
          --mongodb "URI"               a replica set or cluster: "mongodb://cdc:...@db1,db2/?replicaSet=rs0&tls=true"
          --mysql-binlog FILE...        binlog files, in their order; no server needed

        which changes
          --include PATTERN             only these: database.table or database.collection with * and ?; repeatable
          --exclude PATTERN             not these; repeatable, stronger than --include
          --from WHERE                  earliest, latest or an offset's text, while no offset is stored
          --limit N                     stop after N events
          --until-caught-up             stop at the log's end as it was at the start

        output (events on standard output, all else on standard error)
          --format pretty|json          for people (default), or one JSON object a line
          --transactions                lines for the begin and end of transactions, and for dropped, renamed or otherwise
                                        changed collections; "transaction" in the JSON
          --stats                       no events: their rate each second and a summary
          --verbose                     log more, and stack traces

        progress
          --offsets FILE                keep the offset here and go on from it; default: forget it
          --name NAME                   the name of the offset and in the events; default: cdctail
                                        (the recording of MongoDB adds -mongodb to it)

          --help, --version

        Ctrl-C (SIGINT) and SIGTERM store the offset and end with 0. Exit codes: 0, 1 on an error, 2 on wrong usage.

        """;
}
