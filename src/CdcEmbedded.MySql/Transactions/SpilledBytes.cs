using System.Runtime.InteropServices;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>The spilled bytes of one transaction, as one sequence over the blocks that it has in a <see cref="SpillSpace"/>.</summary>
/// <param name="space">The space.</param>
/// <param name="transactionId">The transaction, for messages.</param>
internal sealed class SpilledBytes(SpillSpace space, string transactionId)
{
    private readonly List<int> _blocks = [];

    /// <summary>Number of bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="TransactionSpillException">There is no space for them.</exception>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (_blocks.Count * (long)SpillSpace.BlockLength < Length + bytes.Length)
        {
            _blocks.Add(space.Allocate(transactionId));
        }

        while (bytes.Length > 0)
        {
            var (position, run) = Find(Length, bytes.Length);
            await space.WriteAsync(bytes[..run], position, transactionId, cancellationToken).ConfigureAwait(false);
            Length += run;
            bytes = bytes[run..];
        }
    }

    /// <summary>Reads bytes.</summary>
    /// <param name="position">The number of the first byte; less than <see cref="Length"/>.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The number of bytes read, at least one.</returns>
    public ValueTask<int> ReadAsync(long position, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (place, run) = Find(position, (int)Math.Min(buffer.Length, Length - position));
        return space.ReadAsync(buffer[..run], place, transactionId, cancellationToken);
    }

    /// <summary>Drops the bytes from a position on.</summary>
    public void Truncate(long length)
    {
        Length = length;
        var kept = (int)((length + SpillSpace.BlockLength - 1) / SpillSpace.BlockLength);
        if (kept < _blocks.Count)
        {
            var freed = CollectionsMarshal.AsSpan(_blocks)[kept..].ToArray();
            _blocks.RemoveRange(kept, freed.Length);
            space.Free(freed);
        }
    }

    /// <summary>Where a byte is in the space, and how many contiguous bytes start there, up to a wanted number.</summary>
    private (long Position, int Run) Find(long position, int wanted)
    {
        var index = (int)(position / SpillSpace.BlockLength);
        var offset = (int)(position % SpillSpace.BlockLength);
        var run = SpillSpace.BlockLength - offset;
        for (var i = index; run < wanted && i + 1 < _blocks.Count && _blocks[i + 1] == _blocks[i] + 1; i++)
        {
            run += SpillSpace.BlockLength;
        }

        return ((_blocks[index] * (long)SpillSpace.BlockLength) + offset, Math.Min(run, wanted));
    }
}
