namespace CdcEmbedded.Hosting.Delivery;

/// <summary>A handler has thrown.</summary>
internal sealed class HandlerException(HandlerEntry handler, IReadOnlyList<ChangeEvent> changes, Exception cause)
    : Exception(
        changes.Count == 1
            ? $"The handler {handler.Name} could not handle {changes[0].Operation} of {changes[0].Database}.{changes[0].Table} "
                + $"({changes[0].EventId}): {cause.Message}"
            : $"The handler {handler.Name} could not handle a batch of {changes.Count} changes: {cause.Message}", cause)
{
    public HandlerEntry Handler => handler;

    public IReadOnlyList<ChangeEvent> Changes => changes;
}
