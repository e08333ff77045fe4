namespace CdcEmbedded.Hosting;

/// <summary>Handles changes one by one, in their order. Created from the application's services for each batch, in a scope of its
/// own.</summary>
public interface IChangeHandler
{
    /// <summary>Handles a change. If it throws, it is called again with the same change, as the stream's
    /// <see cref="RetryOptions"/> say.</summary>
    /// <param name="change">The change.</param>
    /// <param name="context">The batch's scope and transaction.</param>
    /// <param name="cancellationToken">Cancelled if the host does not wait any longer.</param>
    ValueTask HandleAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken);
}
