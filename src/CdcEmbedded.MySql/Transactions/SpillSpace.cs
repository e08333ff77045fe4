namespace CdcEmbedded.MySql.Transactions;

/// <summary>Space outside of memory for all spilled transactions of a feed, in blocks: the blocks of a transaction that has ended are used
/// again. The storage exists only while a block is in use. One caller at a time.</summary>
internal sealed class SpillSpace : IDisposable
{
    /// <summary>Length of a block in bytes.</summary>
    public const int BlockLength = 64 * 1024;

    private const int BufferLength = 4 * BlockLength;

    private readonly Func<ISpillStorage> _open;
    private readonly long _maxBytes;
    private readonly Stack<int> _free = new();
    private ISpillStorage? _storage;
    private byte[]? _buffer;
    private int _blocks;
    private bool _isDisposed;

    /// <summary>Creates the space; no storage is opened yet.</summary>
    /// <param name="open">Opens the storage.</param>
    /// <param name="maxBytes">Most bytes that all transactions together may use.</param>
    public SpillSpace(Func<ISpillStorage> open, long maxBytes)
    {
        _open = open;
        _maxBytes = maxBytes;
    }

    /// <summary>Bytes of the blocks in use.</summary>
    public long UsedBytes => (_blocks - _free.Count) * (long)BlockLength;

    /// <summary>Memory in which records are collected before they are written: small writes would cost a system call each.</summary>
    public byte[] Buffer => _buffer ??= GC.AllocateUninitializedArray<byte>(BufferLength);

    /// <summary>Takes a block into use.</summary>
    /// <param name="transactionId">For whom, for messages.</param>
    /// <returns>The block's number.</returns>
    /// <exception cref="TransactionSpillException">The limit is reached, or the storage cannot be opened.</exception>
    public int Allocate(string transactionId)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (UsedBytes + BlockLength > _maxBytes)
        {
            throw TransactionSpillException.AboveLimit(transactionId, _maxBytes);
        }

        if (_storage is null)
        {
            try
            {
                _storage = _open();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw TransactionSpillException.Failed(transactionId, "created", e);
            }
        }

        return _free.TryPop(out var block) ? block : _blocks++;
    }

    /// <summary>Gives blocks back.</summary>
    public void Free(ReadOnlySpan<int> blocks)
    {
        // The first one on top: what is written next is contiguous again.
        for (var i = blocks.Length - 1; i >= 0; i--)
        {
            _free.Push(blocks[i]);
        }

        if (_free.Count == _blocks)
        {
            Close();
        }
    }

    /// <summary>Writes bytes to blocks in use.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="position">Where: a block's number times <see cref="BlockLength"/>, and the offset in it.</param>
    /// <param name="transactionId">Whose they are, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long position, string transactionId, CancellationToken cancellationToken)
    {
        try
        {
            await Storage.WriteAsync(bytes, position, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransactionSpillException.Failed(transactionId, "written", e);
        }
    }

    /// <summary>Reads bytes of blocks in use; the parameters are those of <see cref="WriteAsync"/>.</summary>
    /// <returns>The number of bytes read, at least one.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long position, string transactionId, CancellationToken cancellationToken)
    {
        try
        {
            var count = await Storage.ReadAsync(buffer, position, cancellationToken).ConfigureAwait(false);
            return count > 0 ? count : throw TransactionSpillException.Truncated(transactionId, position);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransactionSpillException.Failed(transactionId, "read", e);
        }
    }

    /// <summary>Closes the storage; the bytes in it are gone.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Close();
    }

    private ISpillStorage Storage => _storage ?? throw new InvalidOperationException("No block is in use.");

    private void Close()
    {
        _storage?.Dispose();
        _storage = null;
        _free.Clear();
        _blocks = 0;
    }
}
