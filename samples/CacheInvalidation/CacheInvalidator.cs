using CdcEmbedded;
using CdcEmbedded.Hosting;
using Microsoft.Extensions.Caching.Hybrid;

namespace CacheInvalidation;

/// <summary>Removes what was cached of a row when the row changes. Entries have the key <c>table:id</c> and the tag
/// <c>table</c>.</summary>
internal sealed class CacheInvalidator(HybridCache cache) : IChangeHandler
{
    public async ValueTask HandleAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken)
    {
        if (change.Operation == ChangeOperation.Truncate)
        {
            await cache.RemoveByTagAsync(change.Table, cancellationToken);
            return;
        }

        // An update may change the key: what was cached under the old one is stale too.
        foreach (var row in (DataRecord[])[change.Before, change.After])
        {
            if (row.TryGetValue("id", out var id))
            {
                await cache.RemoveAsync($"{change.Table}:{id}", cancellationToken);
            }
        }
    }
}
