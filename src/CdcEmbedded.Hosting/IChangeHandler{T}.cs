namespace CdcEmbedded.Hosting;

/// <summary>Handles changes of one kind of row, one by one, in their order. Created from the application's services for each batch, in a
/// scope of its own.</summary>
/// <typeparam name="T">The row.</typeparam>
public interface IChangeHandler<T>
{
    /// <summary>Handles a change. If it throws, it is called again with the same change, as the stream's
    /// <see cref="RetryOptions"/> say.</summary>
    /// <param name="change">The change.</param>
    /// <param name="context">The batch's scope and transaction.</param>
    /// <param name="cancellationToken">Cancelled if the host does not wait any longer.</param>
    ValueTask HandleAsync(Change<T> change, ChangeContext context, CancellationToken cancellationToken);
}
