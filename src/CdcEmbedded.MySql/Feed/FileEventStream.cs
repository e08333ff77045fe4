using System.Buffers.Binary;
using System.Text;
using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

/// <summary>The events of binlog files in a row, told as a server's dump tells them: each file begins with an artificial ROTATE that names it,
/// and a start inside a file still gives its format description and its previous GTIDs.</summary>
internal sealed class FileEventStream : IEventStream
{
    private readonly IReadOnlyList<string> _paths;
    private BinlogFile? _file;
    private EventSlice? _announcement;
    private int _next;
    private long _start;
    private bool _hasChecksums;

    /// <summary>Creates the stream; nothing is opened yet.</summary>
    /// <param name="paths">The files in their order.</param>
    /// <param name="start">Where reading begins in the first one.</param>
    public FileEventStream(IReadOnlyList<string> paths, long start)
    {
        _paths = paths;
        _start = start;
    }

    public bool TryRead(out EventSlice slice)
    {
        if (_announcement is { } announcement)
        {
            _announcement = null;
            slice = announcement;
            return true;
        }

        while (_file is { } file)
        {
            var position = file.Position;
            if (!file.TryRead(out slice))
            {
                break;
            }

            var type = EventHeader.Read(slice.Span).Type;
            if (type == EventType.FormatDescription)
            {
                _hasChecksums = FormatDescription.Read(slice.Span[EventHeader.Length..]).ChecksumLength > 0;
            }

            if (position >= _start)
            {
                return true;
            }

            if (type is EventType.FormatDescription or EventType.PreviousGtids)
            {
                slice = Artificial(slice);
                return true;
            }
        }

        slice = default;
        return false;
    }

    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_announcement is not null)
        {
            return true;
        }

        if (_file is { } file)
        {
            if (await file.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            if (file.IncompleteTail > 0 && _next < _paths.Count)
            {
                throw new CdcProtocolException($"{file.Name} ends with {file.IncompleteTail} bytes of an event that is not whole, but another file follows it: the "
                    + "copy was cut short.", position: $"{file.Name}:{file.Position}");
            }

            if (file.Position < _start)
            {
                throw new OffsetLostException($"The stored position {file.Name}:{_start} lies behind that file's end at {file.Position}: it is a shorter copy.");
            }

            await file.DisposeAsync().ConfigureAwait(false);
            _file = null;
            _start = 0;
        }

        if (_next >= _paths.Count)
        {
            return false;
        }

        _file = Open(_paths[_next++]);
        _announcement = Announce(_file.Name, Math.Max(_start, BinlogFile.MagicLength));
        return true;
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? default;

    private static BinlogFile Open(string path)
    {
        try
        {
            return BinlogFile.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CdcConnectionException($"The binlog file '{path}' cannot be opened: {e.Message}", e, isTransient: false);
        }
    }

    /// <summary>An event that stands before the start must not move the position.</summary>
    private EventSlice Artificial(in EventSlice slice)
    {
        var bytes = slice.Span.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(13), 0);
        bytes[17] = (byte)EventHeader.ArtificialFlag;
        return WithChecksum(bytes);
    }

    /// <summary>ROTATE_EVENT: position[8], file name.</summary>
    private EventSlice Announce(string name, long position)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var bytes = new byte[EventHeader.Length + 8 + text.Length + (_hasChecksums ? 4 : 0)];
        bytes[4] = (byte)EventType.Rotate;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), bytes.Length);
        bytes[17] = (byte)EventHeader.ArtificialFlag;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(EventHeader.Length), position);
        text.CopyTo(bytes, EventHeader.Length + 8);
        return WithChecksum(bytes);
    }

    private EventSlice WithChecksum(byte[] bytes)
    {
        if (_hasChecksums)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.Compute(bytes.AsSpan(0, bytes.Length - 4)));
        }

        return new EventSlice(bytes, 0, bytes.Length);
    }
}
