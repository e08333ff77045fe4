using System.Runtime.InteropServices;
using System.Text;

namespace CdcEmbedded.Offsets;

/// <summary>Flushes a folder's own entries to the disk, so that a file that was just renamed into it exists after
/// a power failure.</summary>
/// <remarks>.NET opens no folders, hence the three calls into libc. Windows needs none: its rename is written through.</remarks>
internal static class DirectorySync
{
    // EINVAL, the same number on Linux and macOS: this file system has no such flush, like some network and FUSE file systems.
    private const int NotSupported = 22;

    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        var path = new byte[Encoding.UTF8.GetByteCount(folder) + 1];
        Encoding.UTF8.GetBytes(folder, path);
        var descriptor = Open(path, 0);
        if (descriptor < 0)
        {
            throw Failure(folder, Marshal.GetLastPInvokeError());
        }

        var result = Sync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0 && error != NotSupported)
        {
            throw Failure(folder, error);
        }
    }

    private static IOException Failure(string folder, int error)
        => new($"The folder {folder} could not be flushed to the disk: {Marshal.GetPInvokeErrorMessage(error)}.");

    // int open(const char *path, int flags), with flags O_RDONLY
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    // int fsync(int fd)
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    // int close(int fd)
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
