namespace CdcTail;

/// <summary>The recordings that come with the program. recording/README.md describes their origin.</summary>
internal static class Recording
{
    public const string MySqlHeading = """
        A recording of a small shop on MySQL 9.7 (samples/CdcTail/recording), read by the same engine as a live server's log.


        """;

    public const string MongoDbHeading = """

        A recording of a small cinema's change stream. It was recorded from this project's scripted server, which speaks MongoDB's
        protocol, and not from a MongoDB server (samples/CdcTail/recording/README.md). Read by the same engine.


        """;

    public const string SnapshotHeading = """

        Two collections of the same cinema as --snapshot initial reads them: their documents at one moment in the middle of the recording.
        On a server of yours the changes from that very moment follow.


        """;

    /// <summary>Those whose events have whole documents.</summary>
    public static IReadOnlyList<string> SnapshotCollections { get; } = ["cinema.films", "cinema.bookings"];

    /// <summary>What to try next.</summary>
    public static string Hints => $"""

        Next:  {Command} --format json
               {Command} --transactions
               {Command} --mysql "Server=127.0.0.1;User ID=cdc;Password=...;SslMode=Required" --from earliest
               {Command} --mongodb "mongodb://cdc:...@127.0.0.1/?replicaSet=rs0" --from earliest
               {Command} --help

        """;

    // An installed tool is run by its own name.
    private static string Command => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "cdctail" ? "cdctail"
        : "dotnet run --project samples/CdcTail --";

    /// <summary>A binlog.</summary>
    public static string MySqlPath => PathOf("binlog.000001");

    /// <summary>Replies to <c>getMore</c> on a change stream, one after the other.</summary>
    public static string MongoDbPath => PathOf("mongodb.bson");

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "recording", file);
}
