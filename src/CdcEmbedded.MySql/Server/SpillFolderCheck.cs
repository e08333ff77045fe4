namespace CdcEmbedded.MySql.Server;

/// <summary>Finds a folder for spilled transactions that takes no file: else the first large transaction would find it, perhaps after
/// weeks, and again at each reconnect.</summary>
internal static class SpillFolderCheck
{
    /// <param name="folder">The folder of the options; null for the system's, which is nobody's choice: a stream of small transactions
    /// needs none, so that it is a warning there.</param>
    /// <param name="mode">What is done with large transactions.</param>
    public static IEnumerable<SourceFinding> Find(string? folder, LargeTransactionMode mode)
        => mode == LargeTransactionMode.Spill ? Look(folder ?? Path.GetTempPath(), isError: folder is not null) : [];

    internal static IEnumerable<SourceFinding> Look(string folder, bool isError)
    {
        try
        {
            using var file = new FileStream(Path.Combine(folder, $"cdc-{Path.GetRandomFileName()}"), FileMode.CreateNew, FileAccess.Write,
                FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [new SourceFinding(isError, "mysql.spill_folder", $"No file can be created in '{folder}', the folder for transactions "
                + $"that are larger than TransactionBufferBytes: {e.Message}",
                "Give this process the right to write there, or set SpillFolder to a folder where it has it.")];
        }
    }
}
