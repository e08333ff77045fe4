using CdcEmbedded;
using CdcEmbedded.Hosting;
using Npgsql;

namespace ReadModel;

/// <summary>Keeps the table of orders in step. The stream commits its statements together with the offset.</summary>
internal sealed class OrderHandler : IChangeHandler
{
    public async ValueTask HandleAsync(ChangeEvent change, ChangeContext context, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand { Connection = (NpgsqlConnection)context.Connection };
        if (change.Operation == ChangeOperation.Truncate)
        {
            command.CommandText = "DELETE FROM orders";
        }
        else if (change.Operation == ChangeOperation.Delete)
        {
            command.CommandText = "DELETE FROM orders WHERE id = @id";
            command.Parameters.AddWithValue("id", change.Key["id"].AsInt64());
        }
        else
        {
            command.CommandText = "INSERT INTO orders (id, customer, total) VALUES (@id, @customer, @total) "
                + "ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, total = excluded.total";
            command.Parameters.AddWithValue("id", change.After["id"].AsInt64());
            command.Parameters.AddWithValue("customer", change.After["customer"].AsString());
            command.Parameters.AddWithValue("total", change.After["total"].AsDecimal());
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
