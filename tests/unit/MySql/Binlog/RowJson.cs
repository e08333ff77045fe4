using System.Text;
using CdcEmbedded.Formats;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>A record as the envelope has it.</summary>
internal static class RowJson
{
    /// <summary>What messages say that a record is of.</summary>
    public static readonly StreamItem Item = new Notice(NoticeKind.Incident, "test", new BinlogPosition());

    /// <summary>Returns the JSON of a record.</summary>
    /// <exception cref="CdcProtocolException">A value's bytes are damaged, or are not text.</exception>
    public static string Of(DataRecord record, UndecodableText undecodable = UndecodableText.Fail)
    {
        using var text = new JsonText();
        var records = new RecordJson(text, new EnvelopeJsonOptions { UndecodableText = undecodable, MarkJsonNull = true });
        records.Write(Item, record);
        return Encoding.UTF8.GetString(text.Written);
    }
}
