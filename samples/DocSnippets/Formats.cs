// <formats>
using System.Buffers;
using CdcEmbedded;
using CdcEmbedded.Formats;
// </formats>

namespace DocSnippets;

/// <summary>What the pages show of formats.</summary>
public static class Formats
{
    /// <summary>Sends a change as Debezium does.</summary>
    public static async Task SendAsync(ChangeEvent change, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, Task> sendAsync)
    {
        // <formats>
        using var format = new DebeziumJson(new DebeziumJsonOptions { Decimals = DecimalHandling.String });
        var value = new ArrayBufferWriter<byte>();
        var key = new ArrayBufferWriter<byte>();
        format.Write(value, change);
        var hasKey = format.TryWriteKey(key, change);
        await sendAsync(hasKey ? key.WrittenMemory : default, value.WrittenMemory);
        if (format.HasTombstone(change))
        {
            await sendAsync(key.WrittenMemory, default);
        }
        // </formats>
    }
}
