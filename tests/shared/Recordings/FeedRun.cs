using System.Globalization;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Recordings;

/// <summary>Reads a source through the engine to its end, or to its failure.</summary>
internal sealed record FeedRun(List<StreamItem> Items, Exception? Failure)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public List<ChangeEvent> Changes => [.. Items.OfType<ChangeEvent>()];

    public List<string> Texts => [.. Items.Select(Describe)];

    /// <summary>The texts without DROP TABLE IF EXISTS: if the log names columns, nothing asks the server which tables exist, so that
    /// statement is reported for tables that never existed, too.</summary>
    public List<string> TextsButOptionalDrops
        => [.. Items.Where(i => i is not SchemaChange { Operation: "DROP TABLE", Source: MySqlSourceInfo { Query: { } query } }
        || !query.Contains("IF EXISTS", StringComparison.OrdinalIgnoreCase)).Select(Describe)];

    public static MySqlBinlogFileSource Files(Recording recording, KeyChangeMode keyChange = KeyChangeMode.Update, string[]? include = null,
        long buffer = 64 << 20, LargeTransactionMode large = LargeTransactionMode.Spill)
        => new(new MySqlBinlogFileSourceOptions
        {
            Files = recording.BinlogFiles, KeyChange = keyChange, Include = include ?? [], TransactionBufferBytes = buffer,
            LargeTransactions = large,

            // Its truth is the log's.
            IncludeRowHistory = recording.Name.Contains("_sysver", StringComparison.Ordinal),
        });

    public static async Task<FeedRun> ReadAsync(ISource source, CdcOffset? start = null, bool items = true, int? take = null,
        CdcEngineOptions? options = null, IOffsetStore? store = null)
    {
        if (start is not null && store is not null)
        {
            // What an earlier run stored would come before the start; its notes stay.
            await store.RemoveAsync("test");
        }

        var read = new List<StreamItem>();
        using var patience = new CancellationTokenSource(Patience);
        await using var engine = new CdcEngine(source, store ?? new InMemoryOffsetStore(), options ?? Options(start));
        try
        {
            if (items)
            {
                await foreach (var item in engine.ReadAllAsync(patience.Token))
                {
                    read.Add(item);
                    if (read.Count == take)
                    {
                        break;
                    }
                }
            }
            else
            {
                await foreach (var change in engine.ReadAsync(patience.Token))
                {
                    read.Add(change);
                    if (read.Count == take)
                    {
                        break;
                    }
                }
            }
        }
        catch (CdcException e)
        {
            return new FeedRun(read, e);
        }

        return new FeedRun(read, null);
    }

    public static CdcEngineOptions Options(CdcOffset? start = null, ReconnectPolicy? reconnect = null, bool stop = true) => new()
    {
        Name = "test",
        StartFrom = start is null ? StartPosition.Earliest : StartPosition.At(start),
        Reconnect = reconnect ?? ReconnectPolicy.None,
        CommitPolicy = CommitPolicy.Never,
        StopWhenCaughtUp = stop,
    };

    /// <summary>Describes everything in an item except its offset.</summary>
    public static string Describe(StreamItem item) => item switch
    {
        ChangeEvent c
            => string.Create(CultureInfo.InvariantCulture,
            $"{c.EventId} {c.Operation} {c.Database}.{c.Table} {c.TotalOrder}/{c.DataCollectionOrder} ")
            + $"{c.Transaction?.Id} {c.Timestamp:O} key {Describe(c.Key)} related {Describe(c.RelatedKey)} {Describe(c.Before)} "
                + $"-> {Describe(c.After)}",
        TransactionEnd e => $"{e} {string.Join(',', e.DataCollections)}",
        _ => item.ToString() ?? "",
    };

    /// <summary>Returns the first difference between two runs; null if they are equal.</summary>
    public static string? Difference(IEnumerable<string> expected, List<string> actual)
    {
        var wanted = expected.ToList();
        var i = wanted.Zip(actual).TakeWhile(p => p.First == p.Second).Count();
        return i == wanted.Count && i == actual.Count
            ? null
            : $"{actual.Count} items, {wanted.Count} expected; item {i} "
                + $"is\n{actual.ElementAtOrDefault(i)}\nnot\n{wanted.ElementAtOrDefault(i)}\nafter\n{wanted.ElementAtOrDefault(i - 1)}";
    }

    private static string Describe(DataRecord record)
        => record.HasValue ? string.Join('|', record.Select(f => $"{f.Name}={f.Value.Kind}:{Text(f.Value)}")) : "none";

    private static string Text(DataValue value) => value.Kind is ValueKind.Binary or ValueKind.Geometry or ValueKind.Vector
        ? Convert.ToHexString(value.AsBytes().Span)
        : value.ToString() ?? "";
}
