using System.Buffers;
using System.Text;
using CdcEmbedded;
using CdcEmbedded.Aot.MySqlProgram;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;

// CONNECTION TABLES OFFSETS: prints every change of the tables as JSON, from the offset in the file to the end of the log.
if (args is not [var connection, var tables, var offsets])
{
    Console.Error.WriteLine("usage: CONNECTION TABLES OFFSETS");
    return 2;
}

var source = new MySqlSource(new MySqlSourceOptions { ConnectionString = connection, Include = [tables] });
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
    if (change.After.HasValue)
    {
        Console.Error.WriteLine(change.After.To<Item>());
        Console.Error.WriteLine(change.After.To(ItemContext.Default.JsonItem));
    }
}

return 0;
