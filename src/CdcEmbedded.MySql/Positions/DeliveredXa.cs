using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The XA transactions that were delivered last, as a position remembers them. Immutable.</summary>
/// <remarks>MariaDB, when it crashes between logging XA COMMIT and committing in the storage engine, has the transaction prepared again
/// after its recovery, and logs its outcome a second time: a second XA COMMIT is no transaction that the stream lacks, and an XA ROLLBACK
/// undoes what was delivered. Only what the storage engine had not yet flushed is concerned, so a bounded number is enough. Of each name
/// 32 bits are kept, so that an offset stays small.</remarks>
internal sealed class DeliveredXa
{
    private const int MaxCount = 256;

    private readonly uint[] _hashes;

    private DeliveredXa(uint[] hashes) => _hashes = hashes;

    /// <summary>None.</summary>
    public static DeliveredXa None { get; } = new([]);

    /// <summary>True if there are none.</summary>
    public bool IsEmpty => _hashes.Length == 0;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static DeliveredXa Parse(string text)
    {
        var bytes = Convert.FromBase64String(text);
        if (bytes.Length % sizeof(uint) != 0 || bytes.Length > MaxCount * sizeof(uint))
        {
            throw new FormatException("its delivered XA transactions are not a list of at most 256 numbers of 32 bits.");
        }

        var hashes = new uint[bytes.Length / sizeof(uint)];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)));
        }

        return new DeliveredXa(hashes);
    }

    /// <summary>With one more, as the last; the oldest is forgotten above the bound.</summary>
    public DeliveredXa With(string xid)
    {
        var others = Without(xid)._hashes;
        var kept = others.AsSpan(Math.Max(0, others.Length - (MaxCount - 1)));
        return new DeliveredXa([.. kept, HashOf(xid)]);
    }

    /// <summary>Without one that begins again under the same name, or that was rolled back.</summary>
    public DeliveredXa Without(string xid)
    {
        var hash = HashOf(xid);
        return Array.IndexOf(_hashes, hash) < 0 ? this : new DeliveredXa(Array.FindAll(_hashes, h => h != hash));
    }

    /// <summary>True if the last transaction of that name was delivered.</summary>
    public bool Contains(string xid) => _hashes.Length > 0 && Array.IndexOf(_hashes, HashOf(xid)) >= 0;

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

    private static uint HashOf(string xid) => (uint)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(xid));
}
