namespace CdcEmbedded.Offsets;

/// <summary>The lock file of a <see cref="FileOffsetStore"/>.</summary>
internal static class OffsetFileLock
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(10);

    // EAGAIN of Linux, EWOULDBLOCK of macOS and the BSDs, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.
    private static readonly int[] HeldCodes = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    /// <summary>True if another process or store holds the lock; false for any other failure, which a wait does not cure.</summary>
    public static bool IsHeld(IOException e) => e.GetType() == typeof(IOException) && HeldCodes.Contains(e.HResult);

    /// <summary>Takes the lock; its disposal releases it.</summary>
    /// <param name="file">The lock file.</param>
    /// <param name="timeProvider">The clock of the wait.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="IOException">It cannot be opened, or was held for ten seconds, or its folder does not exist.</exception>
    public static async ValueTask<FileStream> TakeAsync(string file, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (true)
        {
            if (new FileInfo(file).LinkTarget is { } target)
            {
                throw new IOException($"The lock file {file} is a symbolic link to {target}: remove it.");
            }

            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException e) when (IsHeld(e) && timeProvider.GetElapsedTime(started) < Timeout)
            {
                // Another store is saving, which takes milliseconds.
            }
            catch (DirectoryNotFoundException e)
            {
                throw new DirectoryNotFoundException($"The folder {Path.GetDirectoryName(file)} of the offset file does not exist: "
                    + "create it, or correct the path.", e);
            }
            catch (FileNotFoundException e)
            {
                throw new IOException(Refused(file, e), e);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new UnauthorizedAccessException(Refused(file, e), e);
            }

            await Task.Delay(Retry, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Refused(string file, Exception e) => $"The lock file {file} beside the offset file cannot be opened: "
        + $"{e.Message.TrimEnd('.')}. Choose a folder in which files can be created.";
}
