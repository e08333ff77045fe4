using System.Security.Cryptography;
using System.Text;

namespace CdcEmbedded.Transforms;

/// <summary>The SHA-256 of a salt and the value, as hexadecimal digits.</summary>
internal sealed class SaltedHash(byte[] salt) : ValueChange
{
    public override bool KeepsEquality => true;

    public override string TypeOf(string typeName) => "varchar(64)";

    public override DataValue Apply(in DataValue value) => DataValue.FromText(Digits(BytesOf(value)));

    /// <summary>Hides any text in the same way.</summary>
    public string Apply(string text) => Digits(Encoding.UTF8.GetBytes(text));

    // Text by its characters, whatever its character set, or by its bytes if they are no text in it: nobody is to read it, so it must not
    // end the stream. Bytes as they are; everything else by its text.
    private static ReadOnlySpan<byte> BytesOf(in DataValue value) => value.Kind == ValueKind.Binary ? value.AsBytes().Span
        : value.TryGetUtf8(out var utf8) ? utf8
        : value.Kind == ValueKind.Text ? BytesOfText(value)
        : Encoding.UTF8.GetBytes(value.ToString());

    private static ReadOnlySpan<byte> BytesOfText(in DataValue value)
    {
        try
        {
            return Encoding.UTF8.GetBytes(value.AsString());
        }
        catch (CdcProtocolException)
        {
            return value.AsBytes().Span;
        }
    }

    private string Digits(ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(salt);
        hash.AppendData(bytes);
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Convert.ToHexStringLower(result);
    }
}
