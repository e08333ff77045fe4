using Microsoft.Win32.SafeHandles;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>A file that only its owner can read, and that has no name: it is unlinked as soon as it is open, so that nothing is left of it
/// when the process ends, in whatever way.</summary>
internal sealed class TemporaryFile : ISpillStorage
{
    private readonly FileStream _stream;

    private TemporaryFile(FileStream stream) => _stream = stream;

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle => _stream.SafeFileHandle;

    /// <summary>Creates the file.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <exception cref="IOException">The file cannot be created, or not be unlinked.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static TemporaryFile Create(string folder)
    {
        // A random name that must be new: neither a file nor a link that another user has planted is opened.
        var path = Path.Combine(folder, $"cdc-{Path.GetRandomFileName()}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        };
        if (OperatingSystem.IsWindows())
        {
            // An open file cannot be unlinked there; the system deletes it when its last handle is closed, after a kill too.
            options.Options |= FileOptions.DeleteOnClose;
            return new TemporaryFile(new FileStream(path, options));
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(path, options);
        try
        {
            File.Delete(path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return new TemporaryFile(stream);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long position, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(Handle, bytes, position, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What the runtime makes of EFBIG: a limit of the file system or of the process (ulimit -f).
            throw new IOException("The file has reached the largest size that its file system or this process allows.", e);
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken)
        => RandomAccess.ReadAsync(Handle, buffer, position, cancellationToken);

    public void Dispose() => _stream.Dispose();
}
