using CdcEmbedded.ServerTests;
using CdcEmbedded.TestServers;

[assembly: AssemblyFixture(typeof(MySql56Fixture))]

namespace CdcEmbedded.ServerTests;

/// <summary>The shared MySQL 5.6 server: take it as a constructor parameter of a test class.</summary>
public sealed class MySql56Fixture() : ServerFixture(ServerKind.MySql56);
