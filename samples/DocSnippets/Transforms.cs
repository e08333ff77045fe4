using CdcEmbedded;

namespace DocSnippets;

/// <summary>What the pages show of filters and transforms.</summary>
public static class Transforms
{
    /// <summary>Returns options with rules.</summary>
    public static CdcEngineOptions Create(string salt)
    {
        // <transforms>
        var options = new CdcEngineOptions
        {
            Name = "search-index",
            Transforms =
            [
                Transform.IncludeTables("shop.*"),
                Transform.ExcludeTables("*.audit_*"),
                Transform.Where("shop.orders", change => change.After.HasValue && change.After["total"].AsDecimal() > 0),
                Transform.ExcludeColumns("shop.customers.password"),
                Transform.Mask("*.*.email"),
                Transform.Hash("shop.customers.tax_id", salt),
                Transform.Truncate("shop.orders.note", 100),
                Transform.RenameTables("shop.*", "warehouse.shop_*"),
                Transform.RenameColumns("shop.customers.cust_*", "customer_*"),
            ],
        };
        // </transforms>
        return options;
    }
}
