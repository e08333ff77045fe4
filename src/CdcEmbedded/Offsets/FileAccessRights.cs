using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CdcEmbedded.Offsets;

/// <summary>Who may use a file: a file that replaces another one gets its permissions and, on Linux, its access control list and, where the
/// process may do so, its owner and group.</summary>
/// <remarks>A list is part of the permissions: its mask takes the place of the group's. Permissions that were copied without it would give
/// the group what only some user had. .NET knows neither lists nor owners, hence the calls into libc.</remarks>
internal static class FileAccessRights
{
    // linux/posix_acl_xattr.h
    private const string AccessList = "system.posix_acl_access";

    // struct statx of linux/stat.h, the same on every architecture.
    private const int StatLength = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const uint UserAndGroup = 0x18;
    private const int CurrentFolder = -100;
    private const uint Unchanged = uint.MaxValue;

    // ERANGE. Any other failure means that there is no list, or no such thing.
    private const int TooLong = 34;

    /// <summary>Gives a new file the rights of another one.</summary>
    /// <param name="model">The other one.</param>
    /// <param name="file">The new one.</param>
    public static void Copy(string model, SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The owner first: who changes it loses nothing but the special bits.
        if (OperatingSystem.IsLinux())
        {
            CopyOwner(PathOf(model), file);
        }

        File.SetUnixFileMode(file, File.GetUnixFileMode(model));
        if (OperatingSystem.IsLinux())
        {
            CopyList(PathOf(model), file);
        }
    }

    private static void CopyOwner(byte[] model, SafeFileHandle file)
    {
        var (theirs, own) = (new byte[StatLength], new byte[StatLength]);
        try
        {
            if (Stat(CurrentFolder, model, 0, UserAndGroup, theirs) != 0
                || Stat(CurrentFolder, PathOf($"/proc/self/fd/{file.DangerousGetHandle()}"), 0, UserAndGroup, own) != 0)
            {
                return;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // A libc from before 2018: the owner is the process's.
            return;
        }

        var (user, group) = (Read(theirs, UserOffset), Read(theirs, GroupOffset));
        if ((user == Read(own, UserOffset) && group == Read(own, GroupOffset)) || ChangeOwner(file, user, group) == 0)
        {
            return;
        }

        // Only a privileged process gives files away; a group that the process is in is allowed.
        _ = ChangeOwner(file, Unchanged, group);
    }

    private static uint Read(byte[] stat, int offset) => BitConverter.IsLittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(stat.AsSpan(offset)) : BinaryPrimitives.ReadUInt32BigEndian(stat.AsSpan(offset));

    private static void CopyList(byte[] model, SafeFileHandle file)
    {
        var name = PathOf(AccessList);
        var list = new byte[4096];
        var length = GetAttribute(model, name, list, list.Length);
        if ((length < 0 && Marshal.GetLastPInvokeError() == TooLong) || (length > 0 && SetAttribute(file, name, list, length, 0) != 0))
        {
            throw new IOException($"The access control list of the offset file could not be kept: "
                + $"{Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }
    }

    private static byte[] PathOf(string text)
    {
        var path = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, path);
        return path;
    }

    // int statx(int folder, const char *path, int flags, unsigned mask, struct statx *buffer)
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Stat(int folder, byte[] path, int flags, uint mask, byte[] buffer);

    // int fchown(int fd, uid_t owner, gid_t group)
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "fchown")]
    private static extern int ChangeOwner(SafeFileHandle descriptor, uint owner, uint group);

    // ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "getxattr", SetLastError = true)]
    private static extern nint GetAttribute(byte[] path, byte[] name, byte[] value, nint size);

    // int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    private static extern int SetAttribute(SafeFileHandle descriptor, byte[] name, byte[] value, nint size, int flags);
}
