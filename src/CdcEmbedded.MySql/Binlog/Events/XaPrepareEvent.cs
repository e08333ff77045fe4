using System.Globalization;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>XA_PREPARE_LOG_EVENT: the end of the first phase of an XA transaction, or its commit if it has only one phase.</summary>
/// <remarks><code>
///  0  1  one phase (XA COMMIT ... ONE PHASE)
///  1  4  format id
///  5  4  length of the global transaction id, at most 64
///  9  4  length of the branch qualifier, at most 64
/// 13     both
/// </code></remarks>
/// <param name="IsOnePhase">True if it is a commit.</param>
/// <param name="Xid">The id as the server writes it in XA statements: <c>X'67',X'62',1</c>.</param>
internal readonly record struct XaPrepareEvent(bool IsOnePhase, string Xid)
{
    /// <summary>Reads the body, without checksum.</summary>
    public static XaPrepareEvent Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.XaPrepare);
        var onePhase = reader.ReadByte() != 0;
        var format = reader.ReadInt32();
        var global = reader.ReadInt32();
        var branch = reader.ReadInt32();
        if (global is < 0 or > 64 || branch is < 0 or > 64)
        {
            reader.ThrowMalformed($"an XID has parts of {global} and {branch} bytes, each of which may have at most 64");
        }

        var first = Convert.ToHexStringLower(reader.ReadBytes(global));
        var second = Convert.ToHexStringLower(reader.ReadBytes(branch));
        return new XaPrepareEvent(onePhase, string.Create(CultureInfo.InvariantCulture, $"X'{first}',X'{second}',{format}"));
    }
}
