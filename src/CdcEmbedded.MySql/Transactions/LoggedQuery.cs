using System.Text;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The statement of a ROWS_QUERY event, decoded only when it is asked for.</summary>
internal sealed class LoggedQuery(byte[] buffer, int offset, int length)
{
    /// <summary>The chunk of received bytes that it keeps alive.</summary>
    public byte[] Buffer => buffer;

    /// <summary>The text as it was logged.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(offset, length);

    /// <summary>The text, which the server logs in UTF-8 or in the client's character set; bytes that are not
    /// UTF-8 become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(buffer, offset, length);
}
