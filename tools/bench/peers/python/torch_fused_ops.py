"""The operations of `architectures` as PyTorch is fastest at them: enough for a gradient."""

import torch.nn.functional as F

from torch_ops import *  # noqa: F403


def layer_norm(x, weight, bias):
    return F.layer_norm(x, x.shape[-1:], weight, bias)


def causal_attention(query, key, value):
    return F.scaled_dot_product_attention(query, key, value, is_causal=True)
