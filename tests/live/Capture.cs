using CdcEmbedded.MySql;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.Offsets;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests;

/// <summary>Runs an engine over a MySQL source and collects what it yields.</summary>
public static class Capture
{
    /// <summary>The limit of every wait, so that a defect fails a test instead of hanging it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Makes a source of one database.</summary>
    public static MySqlSource Source(MySqlTestServer server, string database) =>
        new(new MySqlSourceOptions { ConnectionString = server.ConnectionString, Include = [$"{database}.*"] });

    /// <summary>Makes the options of an engine that stops at the end that the log had at the start.</summary>
    public static CdcEngineOptions UpToNow(CdcOffset from) => UpToNow(StartPosition.At(from));

    /// <summary>An offset's text without the notes that belong to it, which differ from one engine to the next.</summary>
    public static string PlaceOf(CdcOffset offset) => offset.ToString().Split(",\"notes\":")[0].TrimEnd('}');

    /// <summary>Makes the options of an engine that stops at the end that the log had at the start.</summary>
    public static CdcEngineOptions UpToNow(StartPosition from) =>
        new() { Name = "test", StartFrom = from, StopWhenCaughtUp = true, Reconnect = ReconnectPolicy.None };

    /// <summary>Returns the current end of the server's log: its executed GTID set if it has GTIDs, otherwise file and position.</summary>
    public static async Task<CdcOffset> EndOfLogAsync(MySqlTestServer server)
    {
        if ((await server.QueryAsync("SELECT VERSION()"))[0][0]?.Contains("MariaDB", StringComparison.Ordinal) == true)
        {
            return MySqlOffset.FromMariaDbGtidPosition(
                MariaDbGtidPosition.Parse((await server.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos"))[0][0] ?? ""));
        }

        string?[] row = await LogStatusAsync(server);
        return row[4] is { Length: > 0 } gtids
            ? MySqlOffset.FromGtidSet(GtidSet.Parse(gtids))
            : MySqlOffset.FromPosition(row[0] ?? "", long.Parse(row[1] ?? "", System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Returns file, position, two filters and the executed GTID set.</summary>
    public static async Task<string?[]> LogStatusAsync(MySqlTestServer server)
    {
        string? version = (await server.QueryAsync("SELECT VERSION()"))[0][0];
        return (await server.QueryAsync(version?.StartsWith("5.", StringComparison.Ordinal) == true
            || version?.Contains("MariaDB", StringComparison.Ordinal) == true ? "SHOW MASTER STATUS" : "SHOW BINARY LOG STATUS"))[0];
    }

    /// <summary>Reads everything from an offset to the current end of the log.</summary>
    public static Task<List<CapturedChange>> ReadAsync(MySqlSource source, CdcOffset from) => ReadAsync(source, UpToNow(from));

    /// <summary>Reads everything that an engine with these options yields until its source ends.</summary>
    public static async Task<List<CapturedChange>> ReadAsync(MySqlSource source, CdcEngineOptions options, IOffsetStore? store = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var changes = new List<CapturedChange>();
        await using var engine = new CdcEngine(source, store ?? new InMemoryOffsetStore(), options);
        await foreach (ChangeEvent change in engine.ReadAsync(patience.Token))
        {
            changes.Add(CapturedChange.Of(change));
        }

        return changes;
    }

    /// <summary>Reads everything from an offset to the current end of the log, as texts.</summary>
    public static async Task<string[]> ReadTextsAsync(MySqlSource source, CdcOffset from) => Texts(await ReadAsync(source, from));

    /// <summary>Returns only the texts.</summary>
    public static string[] Texts(IEnumerable<CapturedChange> changes) => [.. changes.Select(change => change.Text)];
}
