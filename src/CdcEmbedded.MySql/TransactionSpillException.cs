namespace CdcEmbedded.MySql;

/// <summary>A transaction larger than <see cref="MySqlSourceOptions.TransactionBufferBytes"/> could not be kept in
/// its temporary file.</summary>
/// <remarks>Transient where the file could not be created, written or read: the engine reconnects and reads the transaction again. Not
/// transient where the transaction needs more than <see cref="MySqlSourceOptions.TransactionSpillBytes"/>.</remarks>
public sealed class TransactionSpillException : CdcException
{
    private TransactionSpillException(string message, string transactionId, bool isTransient, Exception? innerException)
        : base(message, innerException)
    {
        TransactionId = transactionId;
        IsTransient = isTransient;
    }

    /// <summary>The transaction's GTID or, where it has none, the file and position of its first event.</summary>
    public string TransactionId { get; }

    /// <inheritdoc/>
    public override bool IsTransient { get; }

    /// <summary>The transaction needs more than the option allows.</summary>
    internal static TransactionSpillException AboveLimit(string transactionId, long limit) => new(
        $"Transaction {transactionId} does not fit into the temporary file for transactions that are larger than TransactionBufferBytes: "
            + $"TransactionSpillBytes allows {limit} bytes for all of them together. Raise TransactionSpillBytes if the disk has the "
            + "space, exclude the tables that the transaction changes, or set LargeTransactions to "
            + "LargeTransactionMode.DeliverProvisionally.", transactionId, isTransient: false, null);

    /// <summary>The operating system refused.</summary>
    /// <param name="transactionId">The transaction.</param>
    /// <param name="action">What was tried: <c>created</c>, <c>written</c> or <c>read</c>.</param>
    /// <param name="cause">What the operating system said.</param>
    internal static TransactionSpillException Failed(string transactionId, string action, Exception cause) => new(
        $"Transaction {transactionId} is larger than TransactionBufferBytes, and its temporary file could not be {action}: "
            + $"{TextOf(cause)}. Make space in the folder that SpillFolder names, set SpillFolder to a folder that this process may write "
            + "to, or raise TransactionBufferBytes.", transactionId,
        isTransient: true, cause);

    /// <summary>The file ends before the bytes that were written to it.</summary>
    internal static TransactionSpillException Truncated(string transactionId, long position) => new(
        $"The temporary file of transaction {transactionId}, which is larger than TransactionBufferBytes, ends before byte {position}, "
            + "which had been written: another process truncated it. Set SpillFolder to a folder that only this process "
            + "uses.", transactionId, isTransient: true, null);

    /// <summary>The cause without the file's path, which the operating system's text may name.</summary>
    private static string TextOf(Exception cause) => cause switch
    {
        UnauthorizedAccessException => "access was denied",
        DirectoryNotFoundException => "the folder does not exist",
        IOException { HResult: ErrorNoSpace or WindowsDiskFull or WindowsHandleDiskFull } => "the disk is full",
        IOException { HResult: ErrorQuota or ErrorQuotaMac } => "the disk quota is used up",
        IOException { HResult: ErrorReadOnly or WindowsWriteProtected } => "the file system is read-only",
        IOException { InnerException: ArgumentOutOfRangeException } => "it has reached the largest size that a file may have here",
        _ => $"the operating system reported {cause.GetType().Name} 0x{cause.HResult:x}",
    };

    // ENOSPC, EDQUOT and EROFS (Linux, macOS); ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL and ERROR_WRITE_PROTECT (Windows).
    private const int ErrorNoSpace = 28;
    private const int ErrorQuota = 122;
    private const int ErrorQuotaMac = 69;
    private const int ErrorReadOnly = 30;
    private const int WindowsWriteProtected = unchecked((int)0x80070013);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
}
