using CdcEmbedded;
using CdcEmbedded.Hosting;
using CdcEmbedded.MySql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ReadModel;

var builder = Host.CreateApplicationBuilder(args);
var readModel = NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("readmodel")
    ?? throw new InvalidOperationException("Set ConnectionStrings:readmodel."));
const string Table = "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, customer text, total numeric)";
await using (var command = readModel.CreateCommand(Table))
{
    await command.ExecuteNonQueryAsync();
}

builder.Services.AddSingleton(readModel);
builder.Services.AddCdc("read-model")
    .FromMySql("shop", builder.Configuration["Table"] ?? "shop.orders")
    .Snapshot(SnapshotMode.Initial)
    .StoreOffsetsIn(readModel)
    .Handle<OrderHandler>();
await builder.Build().RunAsync();
