using CdcEmbedded;
using CdcEmbedded.Hosting;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ReadModel;

var builder = Host.CreateApplicationBuilder(args);
var readModel = NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("readmodel")
    ?? throw new InvalidOperationException("Set ConnectionStrings:readmodel."));

// Two instances may start at once, which the statement alone does not survive in PostgreSQL.
const string Table = "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, customer text, total numeric)";
await new DbTable(readModel, "orders").CreateAsync(Table);

builder.Services.AddSingleton(readModel);
builder.Services.AddCdc("read-model")
    .FromMySql("shop", builder.Configuration["Table"] ?? "shop.orders")
    .Snapshot(SnapshotMode.Initial)
    .StoreOffsetsIn(readModel)
    .Handle<OrderHandler>();
await builder.Build().RunAsync();
