using System.Buffers.Binary;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.MySql.Tests.Scripted;
using CdcEmbedded.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Damaged bytes under right checksums through the whole feed: exceptions of the library only, quickly and
/// in little memory.</summary>
public sealed class MutatedStreamTests
{
    private static readonly Lazy<byte[][]> Sources = new(() => [.. new[] { "mysql-9.7/misc97", "mysql-9.7/prevgtids", "mysql-9.7/json",
        "mysql-9.7/vector" }
        .Select(n => File.ReadAllBytes(Recording.Get(n).BinlogFiles[0]))]);

    [Fact]
    public void Whatever_bytes_change_the_feed_ends_or_throws_its_own_exceptions()
        => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => RunAsync(new Random(seed)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static async Task RunAsync(Random random)
    {
        var source = Sources.Value[random.Next(Sources.Value.Length)];
        var list = new EventList().Fake("binlog.000001", 4);
        foreach (var (start, end) in BinlogFile.Events(source))
        {
            var e = source[start..end];
            if (random.Next(12) == 0)
            {
                Damage(e, random);
            }

            // Omitted occasionally, so that a transaction is incomplete.
            if (random.Next(60) != 0)
            {
                list.Raw(e);
            }
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var run = await list.ReadAsync(buffer: random.Next(2) == 0 ? 0 : 1 << 20,
            large: (LargeTransactionMode)random.Next(2), storage: new SpillStorageDouble { IsSynchronous = true })
                .WaitAsync(TimeSpan.FromSeconds(30));
        foreach (var entry in run.Entries)
        {
            Touch(entry);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    private static void Touch(CdcEmbedded.Sources.FeedEntry entry)
    {
        try
        {
            _ = entry.Position.ToOffset();
            for (var i = 0; entry.Changes is { } set && i < set.Count; i++)
            {
                _ = FeedRun.Describe(set.ToEvent(i));
                _ = set.GetSource(i);
            }
        }
        catch (Exception e) when (e is CdcException or InvalidCastException)
        {
            // A value that is damaged may refuse to be text, as its documentation says.
        }
    }

    private static void Damage(byte[] e, Random random)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            // Type and flags too, but not the length: the frame is the connection's.
            var at = random.Next(4) == 0 ? 4 : random.Next(13, e.Length - 4);
            e[at] = random.Next(3) switch { 0 => 255, 1 => (byte)random.Next(at == 4 ? 45 : 256), _
                => (byte)(e[at] ^ (1 << random.Next(8))) };
        }

        BinaryPrimitives.WriteUInt32LittleEndian(e.AsSpan(e.Length - 4), BinlogFile.Crc32(e.AsSpan(0, e.Length - 4)));
    }
}
