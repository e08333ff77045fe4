using System.Buffers;
using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

namespace CdcEmbedded.Aot;

/// <summary>What the published programs do: print every change as JSON, from the offset in a file to the end of the log.</summary>
internal static class PrintedStream
{
    /// <param name="source">What is read.</param>
    /// <param name="offsets">The file of the offset.</param>
    /// <param name="accepts">Checks a change that was printed; null for no check.</param>
    /// <returns>The program's exit code: 0, or 3 after a change that was not accepted.</returns>
    public static async Task<int> RunAsync(ISource source, string offsets, Func<ChangeEvent, bool>? accepts = null)
    {
        await using var engine = new CdcEngine(source, new FileOffsetStore(offsets), new CdcEngineOptions
        {
            Name = "aot",
            StartFrom = StartPosition.Earliest,
            StopWhenCaughtUp = true,
            Reconnect = ReconnectPolicy.None,
        });

        foreach (SourceFinding finding in await engine.ValidateAsync())
        {
            Console.Error.WriteLine(finding);
        }

        using var json = new EnvelopeJson(new EnvelopeJsonOptions { IncludeTransaction = true });
        var line = new ArrayBufferWriter<byte>();
        await foreach (ChangeEvent change in engine.ReadAsync())
        {
            json.Write(line, change);
            Console.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
            line.ResetWrittenCount();
            if (accepts is not null && !accepts(change))
            {
                return 3;
            }
        }

        return 0;
    }
}
