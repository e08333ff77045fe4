using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CdcEmbedded.Snapshots;

/// <summary>Reads the lines of a growing file, across truncation and rotation. Used by one flow.</summary>
internal sealed class SignalFile(string path, TimeSpan interval, TimeProvider time)
{
    private const int MaxLine = 1024 * 1024;
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];
    private readonly List<(string Line, long End)> _lines = [];
    private SignalFilePosition _position = SignalFilePosition.Start;

    public async IAsyncEnumerable<SnapshotSignal> ReadAsync(SignalFilePosition position,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _position = position;
        SafeFileHandle? file = null;
        try
        {
            while (true)
            {
                var current = TryOpen();
                if (current is not null && await IsSameAsync(current, cancellationToken).ConfigureAwait(false))
                {
                    file?.Dispose();
                    file = current;
                }
                else if (current is not null)
                {
                    // Replaced or truncated: what the former file still has comes first, also a last line without its end.
                    var former = file;
                    file = current;
                    if (former is not null)
                    {
                        using (former)
                        {
                            var isSame = await IsSameAsync(former, cancellationToken).ConfigureAwait(false);
                            while (isSame && await ReadLinesAsync(former, isFinal: true, cancellationToken).ConfigureAwait(false))
                            {
                                foreach (var (line, end) in _lines)
                                {
                                    yield return SignalOf(line, SignalFilePosition.Start);
                                    _position = _position with { At = end };
                                }

                                _lines.Clear();
                            }
                        }
                    }

                    _position = SignalFilePosition.Start;
                }

                _lines.Clear();
                while (file is not null && await ReadLinesAsync(file, isFinal: false, cancellationToken).ConfigureAwait(false))
                {
                    foreach (var (line, end) in _lines)
                    {
                        var next = await PositionAtAsync(file, end, cancellationToken).ConfigureAwait(false);
                        yield return SignalOf(line, next);
                        _position = next;
                    }

                    _lines.Clear();
                }

                await Task.Delay(interval, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static SnapshotSignal SignalOf(string line, SignalFilePosition next)
        => line.Length > MaxLine ? SnapshotSignal.Broken("the line is too long", null, next.ToString())
            : SnapshotSignal.Parse(line, position: next.ToString());

    private SafeFileHandle? TryOpen()
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async ValueTask<bool> IsSameAsync(SafeFileHandle file, CancellationToken cancellationToken)
    {
        if (RandomAccess.GetLength(file) < _position.At)
        {
            return false;
        }

        var head = await ReadAsync(file, 0, _position.HeadLength, cancellationToken).ConfigureAwait(false);
        return head.Length == _position.HeadLength && (head.Length == 0 || SignalFilePosition.HashOf(head) == _position.HeadHash);
    }

    private async ValueTask<SignalFilePosition> PositionAtAsync(SafeFileHandle file, long at, CancellationToken cancellationToken)
    {
        if (_position.HeadLength == SignalFilePosition.MaxHead)
        {
            return _position with { At = at };
        }

        var head = await ReadAsync(file, 0, (int)Math.Min(at, SignalFilePosition.MaxHead), cancellationToken).ConfigureAwait(false);
        return new SignalFilePosition(at, head.Length, SignalFilePosition.HashOf(head));
    }

    /// <summary>Reads the lines after the position, as many as one read gives.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isFinal">True if the file grows no more, so that its last line may lack its end.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>False if there is no whole line yet.</returns>
    private async ValueTask<bool> ReadLinesAsync(SafeFileHandle file, bool isFinal, CancellationToken cancellationToken)
    {
        var bytes = await ReadAsync(file, _position.At, MaxLine + 1, cancellationToken).ConfigureAwait(false);
        var start = 0;
        while (start < bytes.Length)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            Add(bytes.AsSpan(start, length), _position.At + start + length + 1, start == 0 && _position.At == 0);
            start += length + 1;
        }

        if (start < bytes.Length && (bytes.Length <= MaxLine ? isFinal : start == 0))
        {
            Add(bytes.AsSpan(start), _position.At + bytes.Length, start == 0 && _position.At == 0);
            start = bytes.Length;
        }

        if (start > 0 && _lines.Count == 0)
        {
            // Only blank lines.
            _position = await PositionAtAsync(file, _position.At + start, cancellationToken).ConfigureAwait(false);
            return true;
        }

        return start > 0;
    }

    private void Add(ReadOnlySpan<byte> line, long end, bool isFirst)
    {
        line = isFirst && line.StartsWith(Mark) ? line[Mark.Length..] : line;
        var text = Encoding.UTF8.GetString(line).Trim();
        if (text.Length > 0)
        {
            _lines.Add((text, end));
        }
    }

    private static async ValueTask<byte[]> ReadAsync(SafeFileHandle file, long at, int most, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(most, Math.Max(0, RandomAccess.GetLength(file) - at));
        var bytes = new byte[length];
        var read = 0;
        while (read < length)
        {
            var count = await RandomAccess.ReadAsync(file, bytes.AsMemory(read), at + read, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            read += count;
        }

        return read == length ? bytes : bytes[..read];
    }
}
