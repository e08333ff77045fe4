using System.Diagnostics;
using CdcEmbedded.MySql.Binlog.Events;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Binlog.Zstd;

/// <summary>Damaged streams: whatever bytes change, reading throws nothing but the exception of this library, quickly and
/// without much memory.</summary>
public class MutatedZstdTests
{
    private const int MaxWindowLog = 22;

    private static readonly byte[][] Corpus = [.. ZstdFixture.All.Select(f => f.Compressed).Where(c => c.Length < 60_000)];

    private static readonly Arbitrary<(int Stream, int Seed)> Mutations = (
        from e in Gen.Choose(0, int.MaxValue - 1)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (e, seed)).ToArbitrary();

    [Fact]
    public void Damaged_streams_give_only_exceptions_of_the_library()
    {
        using var reader = new ZstdReader(MaxWindowLog);
        Prop.ForAll(Mutations, m =>
        {
            var stream = (byte[])Corpus[m.Stream % Corpus.Length].Clone();
            var random = new Random(m.Seed);
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var at = random.Next(random.Next(2) == 0 ? Math.Min(64, stream.Length) : stream.Length);
                stream[at] = random.Next(3) switch { 0 => 255, 1 => (byte)random.Next(256),
                    _ => (byte)(stream[at] ^ (1 << random.Next(8))) };
            }

            ReadDamaged(reader, stream);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Streams_cut_short_give_an_exception_of_the_library()
    {
        foreach (var stream in Corpus)
        {
            for (var length = 1; length < stream.Length; length += 1 + (length / 40))
            {
                var cut = stream[..length];
                Assert.Throws<CdcProtocolException>(() => ZstdReading.ReadAll(cut));
            }
        }
    }

    [Fact]
    public void Random_bytes_in_a_compressed_block_give_only_exceptions_of_the_library()
    {
        using var reader = new ZstdReader(MaxWindowLog);
        Prop.ForAll(Mutations, m =>
        {
            var random = new Random(m.Seed);
            var block = new byte[random.Next(1, 400)];
            random.NextBytes(block);
            var header = (block.Length << 3) | 4 | 1;
            byte[] stream = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x38, (byte)header, (byte)(header >> 8), 0, .. block];
            ReadDamaged(reader, stream);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static void ReadDamaged(ZstdReader reader, byte[] stream)
    {
        var buffer = new byte[32 * 1024];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            reader.Begin(stream);
            while (reader.Read(buffer) > 0)
            {
            }
        }
        catch (CdcProtocolException)
        {
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
