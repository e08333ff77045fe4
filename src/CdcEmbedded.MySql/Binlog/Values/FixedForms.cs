using System.Net;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Values;

/// <summary>Writes MariaDB's UUID, INET4 and INET6 as the server prints them.</summary>
internal static class FixedForms
{
    public static FixedForm Of(string typeName) => typeName switch
    {
        "uuid" => FixedForm.Uuid,
        "inet4" => FixedForm.Inet4,
        "inet6" => FixedForm.Inet6,
        "vector" => FixedForm.Vector,
        _ => FixedForm.None,
    };

    public static int LengthOf(FixedForm form) => form == FixedForm.Inet4 ? 4 : 16;

    /// <summary>Returns the value's text in ASCII.</summary>
    /// <param name="form">UUID, INET4 or INET6.</param>
    /// <param name="bytes">The bytes in the log, without trailing zeros.</param>
    public static byte[] ToText(FixedForm form, ReadOnlySpan<byte> bytes)
    {
        Span<byte> whole = stackalloc byte[16];
        whole.Clear();
        bytes[..Math.Min(bytes.Length, whole.Length)].CopyTo(whole);
        var text = form switch
        {
            // The bytes are in the order of the text, although old versions stored the groups
            // in reverse (plugin/type_uuid/sql_type_uuid.h).
            FixedForm.Uuid => new Guid(whole, bigEndian: true).ToString("D"),
            FixedForm.Inet6 => Inet6Text.Of(whole),
            _ => new IPAddress(whole[..LengthOf(form)]).ToString(),
        };
        return Encoding.ASCII.GetBytes(text);
    }
}
