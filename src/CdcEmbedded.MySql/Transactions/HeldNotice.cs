namespace CdcEmbedded.MySql.Transactions;

/// <summary>A notice inside a transaction. It gets its position when it is delivered: that of a prepared transaction is known only
/// at its outcome.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Database">The database that it concerns; empty for none or all.</param>
/// <param name="Table">The table that it concerns; empty for none or all.</param>
/// <param name="Message">What happened in detail, and what to do.</param>
internal sealed record HeldNotice(NoticeKind Kind, string Database, string Table, string Message)
{
    /// <summary>About the memory that it takes.</summary>
    public long ByteSize => 128 + (2L * Message.Length);
}
