using CdcEmbedded.MySql.Binlog.Json;
using CdcEmbedded.MySql.Binlog.Rows;
using CdcEmbedded.MySql.Recordings;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Damaged events: whatever bytes change, only the library's own exceptions are thrown, quickly and without much memory.</summary>
public class MutatedEventTests
{
    private static readonly string[] Sources = ["mysql-9.7/json", "mysql-9.7/numeric", "mysql-9.7/enumset", "mysql-9.7/prevgtids",
        "mysql-9.7/misc97", "mysql-5.6/rowimage-minimal", "mysql-9.7/json_partial-min"];

    private static readonly Lazy<RecordedRows.Event[]> Corpus = new(() => Sources
        .SelectMany(s => RecordedRows.ReadAsync(Recording.Get(s)).GetAwaiter().GetResult().Events)
        .Where(e => e.Body.Length is > 0 and < 20_000)
        .Concat(PartialJsonEvents.Made())
        .ToArray());

    private static readonly Arbitrary<(int Event, int Seed)> Mutations = (
        from e in Gen.Choose(0, int.MaxValue - 1)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (e, seed)).ToArbitrary();

    [Fact]
    public void Damaged_events_throw_only_exceptions_of_the_library()
        => Prop.ForAll(Mutations, m => ReadDamaged(Corpus.Value[m.Event % Corpus.Value.Length], new Random(m.Seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(4000));

    [Fact]
    public void Rows_under_a_damaged_table_map_throw_only_exceptions_of_the_library()
    {
        var rows = Corpus.Value.Where(e => e.Rows is not null).ToArray();
        Prop.ForAll(Mutations, m =>
        {
            var e = rows[m.Event % rows.Length];
            var map = (e.Map ?? throw new InvalidOperationException()).RawBytes.ToArray();
            Damage(map, new Random(m.Seed));
            ReadUnder(map, e);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));
    }

    [Fact]
    public void Truncated_events_throw_only_exceptions_of_the_library()
    {
        foreach (var e in Corpus.Value.DistinctBy(e => (e.Header.Type, e.Map?.FullName)))
        {
            for (var length = 0; length < Math.Min(e.Body.Length, 600); length++)
            {
                ReadAll(e, e.Body[..length]);
            }
        }
    }

    [Fact]
    public void Damaged_json_throws_only_exceptions_of_the_library()
    {
        var documents = Documents();
        Prop.ForAll(Mutations, m =>
        {
            var bytes = (byte[])documents[m.Event % documents.Length].Clone();
            Damage(bytes, new Random(m.Seed));
            Print(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));
    }

    [Fact]
    public void Json_values_that_share_bytes_are_rejected_in_linear_time()
    {
        // 40 arrays, each with 20 entries that all point to the next: without the check this would print 20^40 values.
        const int entries = 20, levels = 40, size = 4 + (entries * 3);
        var bytes = new byte[1 + (levels * size)];
        bytes[0] = 2;
        for (var level = 0; level < levels; level++)
        {
            var at = 1 + (level * size);
            bytes[at] = entries;
            BitConverter.TryWriteBytes(bytes.AsSpan(at + 2), (ushort)(bytes.Length - at));
            for (var i = 0; i < entries; i++)
            {
                bytes[at + 4 + (i * 3)] = level == levels - 1 ? (byte)4 : (byte)2;
                BitConverter.TryWriteBytes(bytes.AsSpan(at + 5 + (i * 3)), (ushort)(level == levels - 1 ? 0 : size));
            }
        }

        Assert.Throws<CdcProtocolException>(() => JsonBinary.Instance.ToJsonText(bytes));
    }

    private static byte[][] Documents() => [.. Corpus.Value.Where(e => e.Rows is not null).SelectMany(e =>
    {
        var rows = e.Rows ?? throw new InvalidOperationException();
        return from image in Enumerable.Range(0, rows.ImageCount)
               from column in Enumerable.Range(0, rows.ColumnCount)
               let value = rows.GetValue(image, column)
               where value.Kind == ValueKind.Json
               select value.AsBytes().ToArray();
    })];

    private static void ReadDamaged(RecordedRows.Event e, Random random)
    {
        var body = (byte[])e.Body.Clone();
        Damage(body, random);
        ReadAll(e, body);
    }

    private static void Damage(byte[] bytes, Random random)
    {
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            // Near the front more often than not, because lengths and counts are there.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(40, bytes.Length) : bytes.Length);
            bytes[at] = random.Next(3) switch { 0 => 255, 1 => (byte)random.Next(256), _ => (byte)(bytes[at] ^ (1 << random.Next(8))) };
        }
    }

    private static void ReadUnder(byte[] mapBody, RecordedRows.Event e)
    {
        try
        {
            ReadAll(e with { Map = TableMap.Read(mapBody, e.Format) }, e.Body);
        }
        catch (CdcException)
        {
        }
    }

    private static void ReadAll(RecordedRows.Event e, byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            EventReading.ReadBody(e.Header, body, e.Format);
            if (e.Rows is not null && e.Map is not null)
            {
                var rows = new RowScanner().Scan(e.Map, RowsHeader.Read(e.Header.Type, body, e.Format), body, 0, body.Length);
                for (var image = 0; image < Math.Min(rows.ImageCount, 50); image++)
                {
                    for (var column = 0; column < rows.ColumnCount; column++)
                    {
                        ReadValue(rows, image, column);
                    }
                }
            }
        }
        catch (CdcException)
        {
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    // A damaged value may refuse to be text, as its documentation says.
    private static void ReadValue(RowBuffer rows, int image, int column)
    {
        try
        {
            _ = rows.GetValue(image, column).ToString();
        }
        catch (Exception e) when (e is CdcException or InvalidCastException)
        {
        }
    }

    private static void Print(byte[] bytes)
    {
        try
        {
            JsonBinary.Instance.ToJsonText(bytes);
        }
        catch (CdcException)
        {
        }
    }
}
