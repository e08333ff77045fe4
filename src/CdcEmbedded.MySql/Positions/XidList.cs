using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The names of the last XA transactions of some kind, as a position remembers them. Immutable.</summary>
/// <remarks>Of each name 32 bits are kept, and of 256 names, so that an offset stays small. What an entry is about is decided where the
/// list is asked: a name that nobody asks for is harmless.</remarks>
internal sealed class XidList
{
    private const int MaxCount = 256;

    private readonly uint[] _hashes;

    private XidList(uint[] hashes) => _hashes = hashes;

    /// <summary>None.</summary>
    public static XidList None { get; } = new([]);

    /// <summary>True if there are none.</summary>
    public bool IsEmpty => _hashes.Length == 0;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static XidList Parse(string text)
    {
        var bytes = Convert.FromBase64String(text);
        if (bytes.Length % sizeof(uint) != 0 || bytes.Length > MaxCount * sizeof(uint))
        {
            throw new FormatException("its XA transactions are not a list of at most 256 numbers of 32 bits.");
        }

        var hashes = new uint[bytes.Length / sizeof(uint)];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));
        }

        return new XidList(hashes);
    }

    /// <summary>With one more, as the last; the oldest is forgotten above the bound.</summary>
    /// <param name="xid">The name.</param>
    /// <param name="scope">What the entry depends on: it is found again only with the same number.</param>
    public XidList With(string xid, ulong scope = 0)
    {
        var others = Without(xid, scope)._hashes;
        var kept = others.AsSpan(Math.Max(0, others.Length - (MaxCount - 1)));
        return new XidList([.. kept, HashOf(xid, scope)]);
    }

    /// <summary>Without one name.</summary>
    public XidList Without(string xid, ulong scope = 0)
    {
        var hash = HashOf(xid, scope);
        return Array.IndexOf(_hashes, hash) < 0 ? this : new XidList(Array.FindAll(_hashes, h => h != hash));
    }

    /// <summary>True if it has the name.</summary>
    public bool Contains(string xid, ulong scope = 0) => _hashes.Length > 0 && Array.IndexOf(_hashes, HashOf(xid, scope)) >= 0;

    /// <summary>The hashes in base 64.</summary>
    public override string ToString()
    {
        var bytes = new byte[_hashes.Length * sizeof(uint)];
        for (var i = 0; i < _hashes.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), _hashes[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    private static uint HashOf(string xid, ulong scope) => (uint)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(xid), unchecked((long)scope));
}
