using CdcEmbedded.MySql.Transactions;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Spill storage in memory that can fail, for tests of what a feed does with it.</summary>
internal sealed class SpillStorageDouble
{
    /// <summary>Storages that are open now.</summary>
    public int Open { get; private set; }

    /// <summary>Storages that were opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Most bytes that one storage had.</summary>
    public long MostBytes { get; private set; }

    /// <summary>Bytes written.</summary>
    public long Written { get; private set; }

    /// <summary>True if a write is complete when it returns, so that one thread does all of the work.</summary>
    public bool IsSynchronous { get; init; }

    /// <summary>Thrown when a storage is opened.</summary>
    public Exception? OpenFailure { get; set; }

    /// <summary>Thrown when a number of bytes has been written.</summary>
    public Exception? WriteFailure { get; set; }

    /// <summary>The number of bytes.</summary>
    public long FailAfter { get; set; }

    /// <summary>Thrown by each read.</summary>
    public Exception? ReadFailure { get; set; }

    /// <summary>Where reads find the end; null for where writes put it.</summary>
    public long? TruncatedAt { get; set; }

    /// <summary>Awaited before each read; null for nothing.</summary>
    public Func<CancellationToken, Task>? BeforeRead { get; set; }

    public ISpillStorage Create()
    {
        if (OpenFailure is { } failure)
        {
            throw failure;
        }

        Open++;
        Opened++;
        return new Storage(this);
    }

    private sealed class Storage(SpillStorageDouble owner) : ISpillStorage
    {
        private byte[] _bytes = [];
        private int _length;
        private bool _isDisposed;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long position, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!owner.IsSynchronous)
            {
                await Task.Yield();
            }

            if (owner.WriteFailure is { } failure && owner.Written + bytes.Length > owner.FailAfter)
            {
                throw failure;
            }

            var end = (int)position + bytes.Length;
            if (end > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(end, 2 * _bytes.Length));
            }

            bytes.CopyTo(_bytes.AsMemory((int)position));
            _length = Math.Max(_length, end);
            owner.Written += bytes.Length;
            owner.MostBytes = Math.Max(owner.MostBytes, _length);
        }

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            await (owner.BeforeRead?.Invoke(cancellationToken) ?? Task.CompletedTask);
            if (owner.ReadFailure is { } failure)
            {
                throw failure;
            }

            // Never all at once: a system may read less than it was asked for.
            var end = owner.TruncatedAt ?? _length;
            var count = (int)Math.Max(0, Math.Min(Math.Min(buffer.Length, 50_000), end - position));
            _bytes.AsMemory((int)position, count).CopyTo(buffer);
            return count;
        }

        public void Dispose()
        {
            owner.Open -= _isDisposed ? 0 : 1;
            _isDisposed = true;
        }
    }
}
