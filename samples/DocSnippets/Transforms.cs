// <transforms>
using CdcEmbedded;
// </transforms>
using System.Data.Common;
using CdcEmbedded.Hosting;
using CdcEmbedded.MySql;
using Microsoft.Extensions.Hosting;
using static DocSnippets.HostedStreams;

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
                Transform.Where("shop.orders", IsEuropean),
                Transform.ExcludeColumns("shop.customers.password"),
                Transform.Mask("*.*.email"),
                Transform.Hash("shop.customers.tax_id", salt),                      // a secret text of at least 8 characters
                Transform.Truncate("shop.orders.note", 100),
                Transform.RenameTables("shop.*", "warehouse.shop_*"),
                Transform.RenameColumns("shop.customers.cust_*", "customer_*"),
            ],
        };

        static bool IsEuropean(ChangeEvent change)
        {
            var row = change.After.HasValue ? change.After : change.Before;         // a DELETE has only Before, a TRUNCATE neither
            return !row.HasValue || row["region"].AsString() == "EU";
        }
        // </transforms>
        return options;
    }

    /// <summary>Adds a stream with rules.</summary>
    public static void Add(HostApplicationBuilder builder, DbDataSource database)
    {
        // <hosted-transforms>
        builder.Services.AddCdc("read-model")
            .FromMySql("shop", "shop.orders")
            .Transform(Transform.Mask("*.*.email"), Transform.ExcludeColumns("shop.orders.note"))
            .StoreOffsetsIn(database)
            .Handle<OrderRow, TypedOrderHandler>("shop.orders");
        // </hosted-transforms>
    }
}
