using System.Net;
using System.Text;

namespace CdcEmbedded.MySql.Binlog;

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

    /// <summary>The text.</summary>
    /// <param name="form">UUID, INET4 or INET6.</param>
    /// <param name="bytes">The bytes in the log, without trailing zeros.</param>
    public static byte[] ToText(FixedForm form, ReadOnlySpan<byte> bytes)
    {
        Span<byte> whole = stackalloc byte[16];
        whole.Clear();
        bytes[..Math.Min(bytes.Length, whole.Length)].CopyTo(whole);
        var text = form == FixedForm.Uuid ? UuidOf(whole).ToString("D") : new IPAddress(whole[..LengthOf(form)]).ToString();
        return Encoding.ASCII.GetBytes(text);
    }

    /// <summary>UUIDs of versions 1 to 5 are stored with their groups in reverse, so that those of one node stand together
    /// (plugin/type_uuid/sql_type_uuid.h): the byte of the variant comes at 6 and that of the version at 8.</summary>
    private static Guid UuidOf(ReadOnlySpan<byte> b)
    {
        if (b[8] is 0 or >= 0x60 || (b[6] & 0x80) == 0)
        {
            return new Guid(b, bigEndian: true);
        }

        ReadOnlySpan<byte> inOrder = [b[12], b[13], b[14], b[15], b[10], b[11], b[8], b[9], b[6], b[7], b[0], b[1], b[2], b[3], b[4], b[5]];
        return new Guid(inOrder, bigEndian: true);
    }
}
