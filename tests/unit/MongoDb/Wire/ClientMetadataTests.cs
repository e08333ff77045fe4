using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Wire;

namespace CdcEmbedded.MongoDb.Tests.Wire;

public class ClientMetadataTests
{
    [Theory]
    [InlineData("AWS_EXECUTION_ENV=AWS_Lambda_dotnet;AWS_REGION=us-east-2;AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024",
        """{"name": "aws.lambda", "region": "us-east-2", "memory_mb": 1024}""")]
    [InlineData("AWS_LAMBDA_RUNTIME_API=127.0.0.1:9001", """{"name": "aws.lambda"}""")]
    [InlineData("AWS_EXECUTION_ENV=EC2", null)]
    [InlineData("FUNCTIONS_WORKER_RUNTIME=dotnet", """{"name": "azure.func"}""")]
    [InlineData("K_SERVICE=svc;FUNCTION_MEMORY_MB=1024;FUNCTION_TIMEOUT_SEC=60;FUNCTION_REGION=us-central1",
        """{"name": "gcp.func", "memory_mb": 1024, "timeout_sec": 60, "region": "us-central1"}""")]
    [InlineData("VERCEL=1;VERCEL_REGION=cdg1", """{"name": "vercel", "region": "cdg1"}""")]
    [InlineData("VERCEL=1;AWS_LAMBDA_RUNTIME_API=x", """{"name": "vercel"}""")]
    [InlineData("FUNCTIONS_WORKER_RUNTIME=dotnet;K_SERVICE=svc", null)]
    [InlineData("K_SERVICE=svc;FUNCTION_MEMORY_MB=big", """{"name": "gcp.func"}""")]
    [InlineData("KUBERNETES_SERVICE_HOST=1", """{"container": {"orchestrator": "kubernetes"}}""")]
    [InlineData("", null)]
    public void Build_tells_the_function_that_the_client_runs_in(string variables, string? expected)
    {
        var environment = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair
            => pair[0], pair => pair[1]);

        var document = new ClientMetadata(null, name => environment.GetValueOrDefault(name), _ => false).Build();

        Assert.Equal(expected is null ? default : ExtendedJson.ParseDocument(expected), document.TryGetDocument("env"u8, out var env) ? env
            : default);
        Assert.Equal("CdcEmbedded", document.GetDocument("driver"u8).GetString("name"u8));
        Assert.Contains(".NET", document.GetString("platform"u8), StringComparison.Ordinal);
    }

    [Fact]
    public void Build_leaves_out_details_rather_than_exceed_512_bytes()
    {
        var environment = new Dictionary<string, string> { ["AWS_LAMBDA_RUNTIME_API"] = "x", ["AWS_REGION"] = new string('r', 400) };

        var document = new ClientMetadata(new string('a', 128), name => environment.GetValueOrDefault(name), _ => true).Build();

        Assert.InRange(document.Bytes.Length, 1, 512);
        Assert.Equal("aws.lambda", document.GetDocument("env"u8).GetString("name"u8));
        Assert.Equal(1, document.GetDocument("env"u8).Count());
    }
}
