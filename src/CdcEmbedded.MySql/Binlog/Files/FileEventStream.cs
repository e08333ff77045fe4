using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Binlog.Files;

/// <summary>The events of consecutive binlog files, in the form of a server's dump: each file starts with an artificial ROTATE that names
/// it, and a start inside a file still yields the file's format description and previous GTIDs.</summary>
internal sealed class FileEventStream : IEventStream
{
    private readonly IReadOnlyList<string> _paths;
    private readonly int _maxEventBytes;
    private BinlogFile? _file;
    private EventSlice? _announcement;
    private int _next;
    private GtidSetBuilder? _executed;
    private string? _rotatedTo;
    private long _start;
    private bool _hasChecksums;

    /// <summary>Creates the stream without opening a file.</summary>
    /// <param name="paths">The files, in order.</param>
    /// <param name="start">The position at which reading starts in the first one.</param>
    /// <param name="maxEventBytes">Most bytes of an event.</param>
    public FileEventStream(IReadOnlyList<string> paths, long start, int maxEventBytes = MariaDbCompression.MaxLength)
    {
        _maxEventBytes = maxEventBytes;
        _paths = paths;
        _start = start;
    }

    /// <summary>Reads from a position in one of the files; no events if the file is not among them.</summary>
    /// <param name="paths">The files in their order.</param>
    /// <param name="file">The name of the first file to read.</param>
    /// <param name="start">Where reading begins in it.</param>
    /// <param name="maxEventBytes">Most bytes of an event.</param>
    public static FileEventStream From(IReadOnlyList<string> paths, string file, long start, int maxEventBytes)
    {
        var files = new List<string>(paths);
        var first = files.FindIndex(path => Path.GetFileName(path) == file);
        return new FileEventStream(first < 0 ? [] : files[first..], start, maxEventBytes);
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

            var header = EventHeader.Read(slice.Span);
            if (header.Type == EventType.FormatDescription)
            {
                _hasChecksums = FormatDescription.Read(slice.Span[EventHeader.Length..]).ChecksumLength > 0;
            }

            if (position >= _start)
            {
                RememberRotate(slice, header);
                return TellExecuted(ref slice);
            }

            if (position + slice.Length > _start)
            {
                throw new OffsetLostException($"No event starts at the stored position {file.Name}:{_start}; one starts at {position} "
                    + $"and the next at {position + slice.Length}: this is another file of that name. Provide the original file, or delete "
                    + "the stored offset.");
            }

            if (header.Type == EventType.FormatDescription)
            {
                slice = Artificial(slice);
                return true;
            }

            PassOver(slice, header);
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
            if (await FillFileAsync(file, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            if (file.IncompleteTail > 0 && _next < _paths.Count)
            {
                throw new CdcProtocolException($"{file.Name} ends with {file.IncompleteTail} bytes of an incomplete event, but another "
                    + "file follows it: the copy was truncated.", position: $"{file.Name}:{file.Position}");
            }

            if (file.Position < _start)
            {
                throw new OffsetLostException($"The stored position {file.Name}:{_start} is past the end of that file ({file.Position} "
                    + "bytes): the copy is shorter than the original.");
            }

            await file.DisposeAsync().ConfigureAwait(false);
            _file = null;
            _start = 0;
            _executed = null;
        }

        if (_next >= _paths.Count)
        {
            return false;
        }

        _file = Open(_paths[_next++]);
        CheckFollows(_file.Name);
        _announcement = Announce(_file.Name, Math.Max(_start, BinlogFile.MagicLength));
        return true;
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? default;

    private static async ValueTask<bool> FillFileAsync(BinlogFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await file.FillAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new CdcConnectionException($"Reading the binlog file {file.Name} failed at {file.Position}: {e.Message}", e,
                isTransient: false);
        }
    }

    /// <summary>Handles an event before the start: only its GTID counts, so that the GTID set is complete where
    /// the stream starts.</summary>
    private void PassOver(in EventSlice slice, in EventHeader header)
    {
        var body = BodyOf(slice);
        if (header.Type == EventType.PreviousGtids)
        {
            _executed = new GtidSetBuilder(PreviousGtidsEvent.Read(body));
        }
        else if (header.Type is EventType.Gtid or EventType.GtidTagged && _executed is { } executed)
        {
            var gtid = GtidEvent.Read(header.Type, body).Gtid;
            executed.Add(gtid.Source, gtid.Tag, gtid.Number, gtid.Number);
        }
    }

    /// <summary>Yields, before the first event after the start, a PREVIOUS_GTIDS event that includes what was skipped. The file's own would
    /// leave a hole in every later offset.</summary>
    private bool TellExecuted(ref EventSlice slice)
    {
        if (_executed is { } executed)
        {
            _executed = null;
            _announcement = slice;
            slice = Artificial(EventType.PreviousGtids, executed.ToSet().ToBytes());
        }

        return true;
    }

    private ReadOnlySpan<byte> BodyOf(in EventSlice slice)
    {
        var body = slice.Span[EventHeader.Length..];
        return body[..Math.Max(0, body.Length - (_hasChecksums ? 4 : 0))];
    }

    private void RememberRotate(in EventSlice slice, in EventHeader header)
    {
        if (header.Type == EventType.Rotate)
        {
            _rotatedTo = RotateEvent.Read(BodyOf(slice)).FileName;
        }
    }

    /// <summary>Checks that no file is missing between two files, which would be a silent loss. Files that the user has renamed
    /// cannot be checked.</summary>
    private void CheckFollows(string name)
    {
        if (_rotatedTo is { } wanted && wanted != name
            && Path.GetFileNameWithoutExtension(wanted) == Path.GetFileNameWithoutExtension(name))
        {
            throw new SourceInconsistentException($"The binlog file {name} does not follow the previous file, which names {wanted} as "
                + "the next one: a file is missing or the order is wrong.");
        }
    }

    private BinlogFile Open(string path)
    {
        try
        {
            return BinlogFile.Open(path, _maxEventBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CdcConnectionException($"The binlog file '{path}' cannot be opened: {e.Message}", e, isTransient: false);
        }
    }

    /// <summary>Clears the next position of an event before the start, which must not move the position.</summary>
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
        var body = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt64LittleEndian(body, position);
        text.CopyTo(body, 8);
        return Artificial(EventType.Rotate, body);
    }

    private EventSlice Artificial(EventType type, ReadOnlySpan<byte> body)
    {
        var bytes = new byte[EventHeader.Length + body.Length + (_hasChecksums ? 4 : 0)];
        bytes[4] = (byte)type;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), bytes.Length);
        bytes[17] = (byte)EventHeader.ArtificialFlag;
        body.CopyTo(bytes.AsSpan(EventHeader.Length));
        return WithChecksum(bytes);
    }

    private EventSlice WithChecksum(byte[] bytes)
    {
        if (_hasChecksums)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 4)));
        }

        return new EventSlice(bytes, 0, bytes.Length);
    }
}
