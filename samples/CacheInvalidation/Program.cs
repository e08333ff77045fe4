using CacheInvalidation;
using CdcEmbedded.Hosting;
using CdcEmbedded.MySql;
using CdcEmbedded.Offsets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddHybridCache();

// Each process has a cache of its own, which is empty at its start: it needs every change from now on, and no lease.
builder.Services.AddCdc("cache")
    .FromMySql("shop", builder.Configuration["Tables"] ?? "shop.*")
    .StoreOffsetsIn(_ => new InMemoryOffsetStore())
    .Configure(options => (options.StartFrom, options.LeaseDuration) = ("Latest", null))
    .Handle<CacheInvalidator>();
await builder.Build().RunAsync();
