namespace CdcEmbedded.Hosting;

/// <summary>Handles the changes of a batch together. Created from the application's services for each batch, in a scope of its
/// own.</summary>
public interface IChangeBatchHandler
{
    /// <summary>Handles the changes of a batch that its patterns match. If it throws, it is called again with the same changes, as the
    /// stream's <see cref="RetryOptions"/> say.</summary>
    /// <param name="changes">The changes in their order; at least one.</param>
    /// <param name="context">The batch's scope and transaction.</param>
    /// <param name="cancellationToken">Cancelled if the host does not wait any longer.</param>
    ValueTask HandleAsync(IReadOnlyList<ChangeEvent> changes, ChangeContext context, CancellationToken cancellationToken);
}
