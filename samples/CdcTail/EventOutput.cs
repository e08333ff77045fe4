using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace CdcTail;

/// <summary>Standard output, buffered until <see cref="Flush"/>, which reports a reader that has gone.</summary>
internal sealed class EventOutput(Stream stream) : IBufferWriter<byte>, IDisposable
{
    private const int FlushAt = 64 * 1024;
    private const int BrokenPipe = 32; // EPIPE, on Linux and macOS

    private readonly ArrayBufferWriter<byte> _buffer = new(2 * FlushAt);

    /// <summary>Opens the process's standard output.</summary>
    /// <remarks>The console's own stream treats a broken pipe as success, so that <c>CdcTail | head</c> would read for ever and acknowledge
    /// what nobody saw. A file stream reports it, but has its own position, which is wrong for files to which others write too.</remarks>
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

    /// <summary>Ends a line, and writes the buffer if it is large.</summary>
    /// <exception cref="OutputClosedException">The reader has gone.</exception>
    public void EndLine()
    {
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= FlushAt)
        {
            Flush();
        }
    }

    /// <summary>Writes the buffer.</summary>
    /// <exception cref="OutputClosedException">The reader has gone.</exception>
    /// <exception cref="IOException">It cannot be written, as on a full disk.</exception>
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Standard output cannot be written: {e.Message.TrimEnd('.')}. What was not written is not acknowledged: "
                + "correct it, and start again.", e);
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }

    public void Dispose() => stream.Dispose();
}
