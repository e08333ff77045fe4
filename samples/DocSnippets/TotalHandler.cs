using CdcEmbedded.Hosting;

namespace DocSnippets;

// <total-handler>
public sealed class TotalHandler(Dictionary<long, decimal> totals) : IChangeHandler<OrderRow>
{
    public ValueTask HandleAsync(Change<OrderRow> change, ChangeContext context, CancellationToken cancellationToken)
    {
        if (change.After is { } order)
            totals[order.Id] = order.Total;
        else
            totals.Remove(change.Key["id"].AsInt64());

        return default;
    }
}
// </total-handler>
