using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Tests.Binlog;
using CdcEmbedded.MySql.Tests.Binlog.Zstd;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcEmbedded.MySql.Tests.Bounds;

/// <summary>What is measured by the memory of the whole process, in which therefore no other test runs meanwhile.</summary>
[Collection(nameof(ProcessMemoryTests))]
[CollectionDefinition(nameof(ProcessMemoryTests), DisableParallelization = true)]
public sealed class ProcessMemoryTests
{
    private const int MaxBlock = 128 * 1024;

    private static readonly byte[] Magic = [0x28, 0xb5, 0x2f, 0xfd];

    [Fact]
    public void A_header_that_announces_much_takes_no_more_memory_than_the_content()
    {
        // Each of 16 readers reserves a window of 128 MiB: were they filled, they would take 2 GiB.
        var readers = Enumerable.Range(0, 16).Select(_ => new ZstdReader()).ToList();
        var before = Environment.WorkingSet;
        foreach (var reader in readers)
        {
            Assert.Equal("abc"u8.ToArray(), ZstdReading.ReadAll(reader, [.. Magic, 0, 0x88, (3 << 3) | 1, 0, 0, .. "abc"u8]));
        }

        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 1L << 30);
        readers.ForEach(r => r.Dispose());
    }

    [Fact]
    public void Gigabytes_pass_through_a_bounded_window()
    {
        // More than 2 GiB of the same byte in blocks of 128 KiB: window descriptor 0x38 is 128 KiB.
        const int blocks = 17_000;
        byte[] stream = new byte[6 + (4 * blocks)];
        Magic.CopyTo(stream, 0);
        stream[5] = 0x38;
        for (var i = 0; i < blocks; i++)
        {
            var header = (MaxBlock << 3) | 2 | (i == blocks - 1 ? 1 : 0);
            stream[6 + (4 * i)] = (byte)header;
            stream[7 + (4 * i)] = (byte)(header >> 8);
            stream[8 + (4 * i)] = (byte)(header >> 16);
            stream[9 + (4 * i)] = 7;
        }

        using var reader = new ZstdReader();
        var buffer = new byte[1 << 20];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var workingSet = Environment.WorkingSet;
        reader.Begin(stream);
        long total = 0;
        while (reader.Read(buffer) is > 0 and var count)
        {
            total += count;
        }

        Assert.Equal((long)blocks * MaxBlock, total);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 2_000_000);
        Assert.InRange(Environment.WorkingSet - workingSet, long.MinValue, 1L << 30);
    }

    [Fact]
    public void Maps_without_end_do_not_take_memory_without_end()
    {
        var selection = new TableSelection(TableFilters.Create(["other.*"], [], ignoreCase: false), false, NullLogger.Instance);
        var maps = new TableMaps(selection, new SchemaHistory());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var id = 1; id <= 300_000; id++)
        {
            maps.Read(LongInputTests.MapBody(id), TestEvents.Format);
            maps.Trim();
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 250_000_000);
        GC.KeepAlive(maps);
    }
}
