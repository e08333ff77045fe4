namespace CdcEmbedded.Verification;

/// <summary>The application's copy of one table, as <see cref="CdcSnapshots.VerifyAsync"/> compares it with the source. Used by one
/// verification at a time.</summary>
/// <remarks>
/// <para>A read must show everything that the loop has acknowledged: asked for the next item, or passed to <c>CommitAsync</c>. It
/// may show more.</para>
/// <para>Nothing here depends on an order of keys, because the copy may order them in another way than the source.</para>
/// </remarks>
public interface ITableCopy
{
    /// <summary>The columns that identify a row, by the names of the source: at least those by which the source reads the table, which are
    /// its primary key, or a unique key without nulls if it has none.</summary>
    IReadOnlyList<string> KeyColumns { get; }

    /// <summary>Reads the rows with the given keys, those that exist, in any order.</summary>
    /// <param name="keys">Records with the columns of <see cref="KeyColumns"/>, in their order; each key once.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<IReadOnlyList<CopyRow>> ReadAsync(IReadOnlyList<DataRecord> keys, CancellationToken cancellationToken);

    /// <summary>Lists the keys of all rows, page by page, in any order. Each row that exists from the beginning to the end must be in it;
    /// rows that are added or removed meanwhile may be.</summary>
    /// <param name="pageSize">About how many rows of a page.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Rows that have the columns of <see cref="KeyColumns"/>.</returns>
    IAsyncEnumerable<IReadOnlyList<CopyRow>> ListKeysAsync(int pageSize, CancellationToken cancellationToken);
}
