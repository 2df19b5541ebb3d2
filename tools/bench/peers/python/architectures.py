"""The models' losses, written once over the operations of a framework (torch_ops, torch_fused_ops or jax_ops)."""


def _perceptron(ops, architecture, p, x):
    activation = getattr(ops, architecture["activation"])
    layers = len(p) // 2
    for i in range(layers):
        x = ops.linear(x, p[f"{i}.weight"], p[f"{i}.bias"])
        if i < layers - 1:
            x = activation(x)
    return x


def _lenet(ops, architecture, p, x):
    for i in (1, 2):
        x = ops.max_pool(ops.tanh(ops.conv(x, p[f"conv{i}.weight"], p[f"conv{i}.bias"], 0)))
    x = x.reshape(x.shape[0], -1)
    for i in (1, 2):
        x = ops.tanh(ops.linear(x, p[f"fc{i}.weight"], p[f"fc{i}.bias"]))
    return ops.linear(x, p["fc3.weight"], p["fc3.bias"])


def _vgg(ops, architecture, p, x):
    i = 0
    for step in architecture["plan"]:
        if step == "M":
            x = ops.max_pool(x)
        else:
            i += 1
            x = ops.elu(ops.conv(x, p[f"conv{i}.weight"], p[f"conv{i}.bias"], 1))
    return ops.linear(x.reshape(x.shape[0], -1), p["fc.weight"], p["fc.bias"])


def _attention(ops, heads, p, name, x):
    batch, length, width = x.shape
    joint = ops.linear(x, p[f"{name}.c_attn.weight"], p[f"{name}.c_attn.bias"])
    split = joint.reshape(batch, length, 3, heads, width // heads)
    query, key, value = (ops.transpose(split[:, :, part], 1, 2) for part in range(3))
    joined = ops.transpose(ops.causal_attention(query, key, value), 1, 2).reshape(batch, length, width)
    return ops.linear(joined, p[f"{name}.c_proj.weight"], p[f"{name}.c_proj.bias"])


def _gpt(ops, architecture, p, x):
    h = ops.embedding(p["wte.weight"], x) + p["wpe.weight"]
    for i in range(architecture["blocks"]):
        name = f"h.{i}"
        norm = lambda at, v: ops.layer_norm(v, p[f"{name}.{at}.weight"], p[f"{name}.{at}.bias"])
        dense = lambda at, v: ops.linear(v, p[f"{name}.mlp.{at}.weight"], p[f"{name}.mlp.{at}.bias"])
        h = norm("ln_1", h + _attention(ops, architecture["heads"], p, f"{name}.attn", h))
        h = norm("ln_2", h + dense("c_proj", ops.gelu_tanh(dense("c_fc", h))))
    return h @ ops.transpose(p["wte.weight"], 0, 1)


_LOGITS = {"perceptron": _perceptron, "lenet": _lenet, "vgg": _vgg, "gpt": _gpt}


def logits(ops, architecture, parameters, x):
    """The model's logits, one row of classes for each label."""
    output = _LOGITS[architecture["kind"]](ops, architecture, parameters, x)
    return output.reshape(-1, output.shape[-1])


def loss(ops, architecture, parameters, x, y):
    """Mean softmax cross-entropy of the model's logits at labels y."""
    return ops.cross_entropy(logits(ops, architecture, parameters, x), y.reshape(-1))
