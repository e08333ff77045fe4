using System.Collections.Concurrent;

namespace CdcEmbedded.Benchmarks;

/// <summary>What does memory for received bytes cost, and what would it cost if chunks were used again? As many bytes as W1 has are copied
/// in by 64 KiB, as a socket does, and each cache line is read once; with and without an object of 40 bytes for each row.</summary>
/// <remarks>Chunks can be used again in two ways: at once, if nobody may keep an event, or when the garbage collector finds that nobody
/// does, by a finalizer. The second is the only one that needs no word in an application's code.</remarks>
internal static class Chunks
{
    private const int Size = 64 * 1024;
    private const int RowsInOne = 1430;
    private const int Count = 1_000_000 / RowsInOne;

    private static readonly byte[] _received = new byte[Size];
    private static long _sink;

    public static void Run(int rounds)
    {
        new Random(1).NextBytes(_received);
        var one = new byte[Size];
        var ring = Enumerable.Range(0, 64).Select(_ => new byte[Size]).ToArray();
        (string Name, Action<int> Take)[] ways =
        [
            ("one buffer", _ => Receive(one)),
            ("64 buffers in turns", i => Receive(ring[i % ring.Length])),
            ("fresh arrays", _ => Receive(GC.AllocateUninitializedArray<byte>(Size))),
            ("given back by a finalizer", _ => Receive(Lease.Take().Bytes)),
            ("fresh arrays, and rows", _ => ReceiveRows(GC.AllocateUninitializedArray<byte>(Size))),
            ("given back by a finalizer, and rows", _ => ReceiveRows(Lease.Take())),
        ];
        var times = ways.Select(_ => new List<double>()).ToArray();
        var bytes = new long[ways.Length];
        for (var round = -rounds; round < rounds; round++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                var (allocated, start) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
                for (var i = 0; i < Count; i++)
                {
                    ways[way].Take(i);
                }

                if (round >= 0)
                {
                    times[way].Add((Environment.CpuUsage.TotalTime - start).TotalNanoseconds / (Count * RowsInOne));
                    bytes[way] += GC.GetTotalAllocatedBytes(precise: true) - allocated;
                }
            }
        }

        Console.WriteLine($"{rounds} rounds after as many; CPU of this process for a row, median (least); bytes allocated a row");
        for (var way = 0; way < ways.Length; way++)
        {
            times[way].Sort();
            Console.WriteLine($"  {ways[way].Name,-36} {times[way][rounds / 2],6:N1} ns ({times[way][0],5:N1}) "
                + $"{bytes[way] / (double)((long)rounds * Count * RowsInOne),6:N1} B");
        }

        Console.WriteLine($"  chunks that wait for the finalizer or for use at the end: {Lease.Made}, {Lease.Made * Size >> 20} MiB");
        Loop.Sink += _sink;
    }

    private static void Receive(byte[] chunk)
    {
        _received.CopyTo(chunk, 0);
        for (var i = 0; i < chunk.Length; i += 64)
        {
            _sink += chunk[i];
        }
    }

    private static void ReceiveRows(byte[] chunk)
    {
        Receive(chunk);
        MakeRows(chunk);
    }

    private static void ReceiveRows(Lease lease)
    {
        Receive(lease.Bytes);
        MakeRows(lease);
    }

    private static void MakeRows(object bytes)
    {
        for (var i = 0; i < RowsInOne; i++)
        {
            Row.Last = new Row(bytes, i);
        }
    }

    private sealed class Row(object bytes, int index)
    {
        public static Row? Last { get; set; }

        public object Bytes { get; } = bytes;

        public (long Index, long Other) Places { get; } = (index, index);
    }

    private sealed class Lease
    {
        private static readonly ConcurrentQueue<byte[]> _free = new();

        private Lease(byte[] bytes) => Bytes = bytes;

        ~Lease() => _free.Enqueue(Bytes);

        public static int Made { get; private set; }

        public byte[] Bytes { get; }

        public static Lease Take()
        {
            if (!_free.TryDequeue(out var bytes))
            {
                Made++;
                bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
            }

            return new Lease(bytes);
        }
    }
}
