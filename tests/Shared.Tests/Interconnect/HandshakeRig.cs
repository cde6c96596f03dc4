using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Tests.Relay;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>A bridge and a portal in memory, with somebody between them who changes what they send.</summary>
internal sealed class HandshakeRig
{
    public static readonly InterconnectKey Key = InterconnectKey.Generate();

    private static readonly InterconnectAcceptOptions Options = new()
    {
        Certificate = null,
        Credentials = new CredentialTable([new InterconnectCredential(Key, [])]),
        IsDomainServed = _ => true,
    };

    /// <summary>Maps the offset in a direction and the byte sent to the byte that arrives; a negative value cuts the direction off.</summary>
    public delegate int Tamper(int offset, byte sent);

    public static int Nothing(int offset, byte sent) => sent;

    /// <summary>Runs one handshake. Whatever happens ends in these two values; anything unexpected is thrown.</summary>
    /// <param name="toPortal">What happens to the bridge's bytes.</param>
    /// <param name="toBridge">What happens to the portal's bytes.</param>
    /// <param name="chunk">How many bytes arrive at once, at least 1.</param>
    public static async Task<(bool Bridge, bool Portal)> RunAsync(Tamper toPortal, Tamper toBridge, int chunk)
    {
        var bridgeSide = new DuplexPipePair();
        var portalSide = new DuplexPipePair();

        // A changed length makes a side wait for what never comes. The deadline ends that; here it begins with the change.
        using var deadline = new CancellationTokenSource();
        var links = Task.WhenAll(
            LinkAsync(bridgeSide.Far.Input, portalSide.Far.Output, toPortal, chunk, deadline),
            LinkAsync(portalSide.Far.Input, bridgeSide.Far.Output, toBridge, chunk, deadline));
        var bridge = BridgeAsync(new PipeConnection(bridgeSide.Near), deadline.Token);
        var portal = PortalAsync(new PipeConnection(portalSide.Near), deadline.Token);
        var result = (await bridge.WaitAsync(Transport.Wait.Bound), await portal.WaitAsync(Transport.Wait.Bound));
        await links.WaitAsync(Transport.Wait.Bound);
        return result;
    }

    private static async Task<bool> BridgeAsync(PipeConnection connection, CancellationToken deadline)
    {
        try
        {
            await new BridgeHandshake(connection, Key, TestPortal.Domain, ChannelBinding.Plaintext, "test", TimeSpan.FromSeconds(30)).RunAsync(resume: null, deadline);
            return true;
        }
        catch (InterconnectException exception)
        {
            Assert.True(Enum.IsDefined(exception.Code));
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<bool> PortalAsync(PipeConnection connection, CancellationToken deadline)
    {
        try
        {
            var (result, refusal) = await new PortalHandshake(connection, ChannelBinding.Plaintext, Options).RunAsync(deadline);
            Assert.True(result is null ^ refusal is null);
            return result is not null;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task LinkAsync(PipeReader from, PipeWriter to, Tamper tamper, int chunk, CancellationTokenSource deadline)
    {
        var offset = 0;
        var open = true;
        while (open)
        {
            var read = await from.ReadAsync();
            foreach (var piece in read.Buffer.ToArray().Chunk(chunk))
            {
                foreach (var sent in piece)
                {
                    var arrives = open ? tamper(offset++, sent) : -1;
                    open = arrives >= 0;
                    if (open && arrives != sent)
                    {
                        deadline.CancelAfter(TimeSpan.FromMilliseconds(100));
                    }

                    if (open)
                    {
                        to.GetSpan(1)[0] = (byte)arrives;
                        to.Advance(1);
                    }
                }

                await to.FlushAsync();
            }

            from.AdvanceTo(read.Buffer.End);
            open &= !read.IsCompleted;
        }

        to.Complete();
        from.Complete();
    }
}
