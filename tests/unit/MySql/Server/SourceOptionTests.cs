namespace CdcEmbedded.MySql.Tests.Server;

/// <summary>Options of the sources that are wrong: each is named when the source is created.</summary>
public sealed class SourceOptionTests
{
    private const string Server = "Server=db1;User ID=cdc;Password=secret";

    public static TheoryData<string, MySqlSourceOptions> Bad => new()
    {
        { "Neither ConnectionString nor DataSource is set", new() },
        { "Include is null", new() { ConnectionString = Server, Include = null! } },
        { "Exclude is null", new() { ConnectionString = Server, Exclude = null! } },
        { "'orders' is not a table pattern", new() { ConnectionString = Server, Include = ["orders"] } },
        { "'a.b.c' is not a table pattern", new() { ConnectionString = Server, Exclude = ["a.b.c"] } },
        { "Exclude skips everything", new() { ConnectionString = Server, Include = ["a.b"], Exclude = ["a.*"] } },
        { "IncludeGtidSources has 'x'", new() { ConnectionString = Server, IncludeGtidSources = ["x"] } },
        { "ExcludeGtidSources has '-1'", new() { ConnectionString = Server, ExcludeGtidSources = ["-1"] } },
        { "ServerId must not be 0", new() { ConnectionString = Server, ServerId = 0 } },
        { "HeartbeatInterval is 00:00:00", new() { ConnectionString = Server, HeartbeatInterval = TimeSpan.Zero } },
        { "ReadTimeout is 00:00:01", new() { ConnectionString = Server, ReadTimeout = TimeSpan.FromSeconds(1) } },
        { "NetWriteTimeout is 00:00:00", new() { ConnectionString = Server, NetWriteTimeout = TimeSpan.Zero } },
        { "MaxEventBytes is 5", new() { ConnectionString = Server, MaxEventBytes = 5 } },
        { "TransactionBufferBytes is -1", new() { ConnectionString = Server, TransactionBufferBytes = -1 } },
        { "TransactionSpillBytes is -1", new() { ConnectionString = Server, TransactionSpillBytes = -1 } },
        { "SpillFolder is '/no/such/folder'", new() { ConnectionString = Server, SpillFolder = "/no/such/folder" } },
        { "KeyChange is 9", new() { ConnectionString = Server, KeyChange = (KeyChangeMode)9 } },
        { "LargeTransactions is 9", new() { ConnectionString = Server, LargeTransactions = (LargeTransactionMode)9 } },
        { "Xa is 9", new() { ConnectionString = Server, Xa = (XaMode)9 } },
        { "OnUnknownSchema is 9", new() { ConnectionString = Server, OnUnknownSchema = (FaultPolicy)9 } },
        { "OnStatementChange is 9", new() { ConnectionString = Server, OnStatementChange = (FaultPolicy)9 } },
        { "OnIncident is 9", new() { ConnectionString = Server, OnIncident = (FaultPolicy)9 } },
        { "HeartbeatWrite.Table is empty", Heart(new() { Table = " " }) },
        { "'beats' is not a table pattern", Heart(new() { Table = "beats" }) },
        { "HeartbeatWrite.Table is 'ops.*'", Heart(new() { Table = "ops.*" }) },
        { "HeartbeatWrite.Statement is blank", Heart(new() { Table = "ops.beats", Statement = "" }) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void The_source_of_a_server_names_an_option_that_is_wrong(string expected, MySqlSourceOptions options)
        => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(() => new MySqlSource(options)).Message,
            StringComparison.Ordinal);

    public static TheoryData<string, MySqlBinlogFileSourceOptions> BadFiles => new()
    {
        { "Files is empty", new() { Files = [] } },
        { "Files is empty", new() { Files = null! } },
        { "Files contains two files named 'b.1'", new() { Files = ["x/b.1", "y/b.1"] } },
        { "Include is null", new() { Files = ["b.1"], Include = null! } },
        { "Exclude skips everything", new() { Files = ["b.1"], Include = ["a.*"], Exclude = ["a.*"] } },
        { "KeyChange is 9", new() { Files = ["b.1"], KeyChange = (KeyChangeMode)9 } },
        { "OnIncident is 9", new() { Files = ["b.1"], OnIncident = (FaultPolicy)9 } },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void The_source_of_files_names_an_option_that_is_wrong(string expected, MySqlBinlogFileSourceOptions options)
        => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(() => new MySqlBinlogFileSource(options)).Message,
            StringComparison.Ordinal);

    private static MySqlSourceOptions Heart(HeartbeatWriteOptions write) => new() { ConnectionString = Server, HeartbeatWrite = write };
}
