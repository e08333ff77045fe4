using System.Collections.Concurrent;
using CdcEmbedded.DeadLetters;
using CdcEmbedded.MySql;
using CdcEmbedded.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CdcEmbedded.Hosting.Tests;

/// <summary>Rows with values that cannot be decoded, and the failure policies of hosted streams.</summary>
public sealed class UndecodableTests : HostingTest
{
    /// <summary>How a handler reads the damaged column.</summary>
    public static TheoryData<string, int> Ways => new()
    {
        { "price", 1 }, { "price", 4 }, { "note", 1 }, { "document", 1 }, { "value of note", 1 }, { "value of document", 1 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_row_with_a_damaged_value_becomes_a_dead_letter_with_position_table_and_column(string way, int parallel)
    {
        var column = way.Split(' ')[^1] is "document" ? "doc" : way.Split(' ')[^1];
        using var log = new DamagedLog();
        var position = log.Transaction(DamagedLog.Row(1), column switch
        {
            "price" => DamagedLog.Row(2, price: DamagedLog.DamagedPrice),
            "note" => DamagedLog.Row(2, note: [0xc3, 0x28]),
            _ => DamagedLog.Row(2, document: DamagedLog.DamagedDocument),
        }, DamagedLog.Row(3));
        var (letters, seen, reads) = (new InMemoryDeadLetterStore(), new ConcurrentQueue<long>(), true);
        using var host = Host(stream => stream.From(_ => new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [log.Path] }))
            .StoreOffsetsIn(_ => Store).StoreDeadLettersIn(_ => letters).ParallelByKey(parallel).Configure(options =>
            {
                options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
                options.Retry.MaxAttempts = 2;
            }).Handle((change, _, _) =>
            {
                if (reads)
                {
                    Read(change.After, way);
                }

                seen.Enqueue(Id(change));
                return default;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => seen.Count == 2 && letters.Letters.Count == 1, "two rows are handled and one is a dead letter");
        var letter = Assert.Single(letters.Letters);

        Assert.Equal([1L, 3L], seen.Order());
        Assert.Equal(("shop.orders", 2), (letter.Table, letter.Attempts));
        Assert.Contains($"Column '{column}' of shop.orders (", letter.Error, StringComparison.Ordinal);
        Assert.Contains($"at {log.Name}:{position}", letter.Error, StringComparison.Ordinal);
        Assert.Contains($"{log.Name}:{position}:1", letter.EventId, StringComparison.Ordinal);
        Assert.Contains("\"id\":2", letter.Event, StringComparison.Ordinal);
        Assert.Contains(column == "note" ? "\"note\":{\"$bytes\":\"wyg=\"}" : $"\"{column}\":{{\"$undecodable\":{{\"error\":", letter.Event,
            StringComparison.Ordinal);

        // It is as damaged as before for a handler that reads the column, and whole for one that does not.
        var streams = host.Services.GetRequiredService<CdcStreams>();
        Assert.Equal(new DeadLetterReplay(0, 1, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        reads = false;
        Assert.Equal(new DeadLetterReplay(1, 0, 0), await streams.ReplayDeadLettersAsync("test", cancellationToken: Cancellation));
        Assert.Equal(2L, seen.Last());
        await host.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_key_that_cannot_be_decoded_holds_all_later_changes_of_its_table(int parallel)
    {
        using var log = new DamagedLog("price");
        log.Transaction(DamagedLog.Row(1), DamagedLog.Row(2, price: DamagedLog.DamagedPrice), DamagedLog.Row(3));
        var (letters, seen) = (new InMemoryDeadLetterStore(), new ConcurrentQueue<long>());
        using var host = Host(stream => stream.From(_ => new MySqlBinlogFileSource(new MySqlBinlogFileSourceOptions { Files = [log.Path] }))
            .StoreOffsetsIn(_ => Store).StoreDeadLettersIn(_ => letters).ParallelByKey(parallel).Configure(options =>
            {
                options.Retry.OnFailure = HandlerFailureAction.DeadLetter;
                options.Retry.MaxAttempts = 1;
            }).Handle((change, _, _) =>
            {
                _ = change.Key.GetDecimal("price");
                seen.Enqueue(Id(change));
                return default;
            }));
        await host.StartAsync(Cancellation);
        await UntilAsync(() => letters.Letters.Count == 2, "the row and the one after it are dead letters");
        await host.StopAsync(Cancellation);

        Assert.Equal([1L], seen);
        Assert.Equal([DeadLetter.WholeTable, "5.07\u001f"], letters.Letters.Select(letter => letter.Key));
        Assert.Equal([1, 0], letters.Letters.Select(letter => letter.Attempts));
    }

    private static void Read(DataRecord row, string way)
    {
        _ = way switch
        {
            "price" => row.GetDecimal("price").ToString(System.Globalization.CultureInfo.InvariantCulture),
            "note" => row.GetString("note"),
            "document" => row.GetString("doc"),
            "value of note" => row["note"].AsString(),
            _ => row["doc"].AsString(),
        };
    }
}
