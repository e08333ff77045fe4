using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace CdcTail;

/// <summary>Standard output, buffered until <see cref="Flush"/>, and honest about a reader that has gone.</summary>
internal sealed class EventOutput(Stream stream) : IBufferWriter<byte>, IDisposable
{
    private const int FlushAt = 64 * 1024;
    private const int BrokenPipe = 32; // EPIPE, on Linux and macOS

    private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushAt);

    /// <summary>Opens the process's standard output.</summary>
    /// <remarks>The console's own stream takes a broken pipe for success, so that <c>CdcTail | head</c> would read on for ever and acknowledge
    /// what nobody saw. A file stream tells it; it has a position of its own, though, which is wrong for files that others write too.</remarks>
    public static EventOutput OpenStandardOutput()
    {
        if (!OperatingSystem.IsWindows())
        {
            var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
            {
                return new EventOutput(pipe);
            }
        }

        return new EventOutput(Console.OpenStandardOutput());
    }

    public void Advance(int count) => _buffer.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    /// <summary>Ends a line, and writes out what is there when it is much.</summary>
    /// <exception cref="OutputClosedException">Nobody reads any more.</exception>
    public void EndLine()
    {
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= FlushAt)
        {
            Flush();
        }
    }

    /// <summary>Writes out what is there.</summary>
    /// <exception cref="OutputClosedException">Nobody reads any more.</exception>
    public void Flush()
    {
        if (_buffer.WrittenCount == 0)
        {
            return;
        }

        try
        {
            stream.Write(_buffer.WrittenSpan);
            stream.Flush();
        }
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            throw new OutputClosedException(e);
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }

    public void Dispose() => stream.Dispose();
}
